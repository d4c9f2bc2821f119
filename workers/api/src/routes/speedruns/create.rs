//! Making a run from a question set.

use super::record::SpeedrunRecord;
use super::selection::{Selection, images};
use crate::auth::Scope;
use crate::fault::{Refused, left_behind, of_object, unreachable_object};
use crate::reply::{Reply, content_etag};
use crate::request::fields::line;
use crate::request::{Body, Fields, Fresh, FromFields, Once};
use crate::routes::question_sets::{content, current, missing};
use futures_util::{StreamExt, TryStreamExt, stream};
use http::header::{ETAG, LOCATION};
use lectern_edge::entropy;
use lectern_edge::object::ask;
use lectern_edge::store::{QUOTA_PERIOD, QuestionSetRow, SpeedrunRow};
use lectern_identity::code::{JoinCode, JoinLink};
use lectern_identity::{HostSessionId, Millis, QuestionSetId, SpeedrunId};
use lectern_live::object::{ObjectAnswer, ObjectRequest, object_name};
use lectern_problem::{Code, FieldError, Problem};
use lectern_quiz::model::{Question, limits};
use lectern_quiz::speedrun::{Order, Pace, Reply as RunReply, Settings};
use utoipa::ToSchema;

/// How long a code opens its run, should the run not end before: longer than any run lives, so that no
/// code is given away while it still does.
const CODE_LIFETIME: Millis = Millis::hours(8 * 24);

/// How often another code is tried when one is taken: with 387 million, once is hardly ever needed.
const CODE_TRIES: u32 = 8;

/// Images copied at a time.
const COPIES: usize = 6;

/// What the run is made of.
#[derive(ToSchema)]
pub(crate) struct SpeedrunRequest {
    /// The question set.
    #[schema(value_type = String)]
    question_set: QuestionSetId,
    /// What the run is called; the set's title if not given.
    title: Option<String>,
    /// Only the questions of these categories. Not together with `questions`.
    categories: Option<Vec<String>>,
    /// Only these questions, in this order.
    questions: Option<Vec<String>>,
    /// How it is played; what is not named has its default.
    #[schema(value_type = Option<Settings>)]
    settings: Settings,
}

impl FromFields for SpeedrunRequest {
    fn from_fields(fields: &mut Fields) -> Option<Self> {
        let question_set = fields.required("question_set");
        let title = fields.optional_text("title", line(limits::TITLE));
        let categories: Option<Vec<String>> = fields.optional("categories");
        let questions: Option<Vec<String>> = fields.optional("questions");
        let settings: Option<Settings> = fields.optional("settings");
        if categories.is_some() && questions.is_some() {
            fields.fault(
                "questions",
                "invalid_value",
                "Give either `categories` or `questions`.",
            );
        }
        let settings = settings.unwrap_or_default();
        Some(Self {
            question_set: question_set?,
            title,
            categories,
            questions,
            settings,
        })
    }
}

impl SpeedrunRequest {
    fn selection(&self) -> Selection {
        match (&self.questions, &self.categories) {
            (Some(questions), _) => Selection::Questions(questions.clone()),
            (None, Some(categories)) => Selection::Categories(categories.clone()),
            (None, None) => Selection::Whole,
        }
    }
}

/// Makes a run and opens its lobby.
///
/// 1. Reads the set, selects its questions and copies their images.
/// 2. Reserves a code, creates the live object.
/// 3. Stores the record. Nothing is visible before that, and a repeated `Idempotency-Key` completes
///    what was interrupted, under the same id and code.
#[utoipa::path(post, path = "/v1/speedruns", tag = "speedruns",
    params(("Idempotency-Key" = String, Header, description = "Made by the client; the same key, the same run.")),
    request_body = SpeedrunRequest,
    responses((status = 201, description = "The run, in its lobby.", body = SpeedrunRecord)))]
#[worker::send]
pub(crate) async fn create(
    scope: Scope,
    once: Once,
    body: Body<SpeedrunRequest>,
) -> Result<Reply, Refused> {
    let Body { value, hash } = body;
    once.run(&scope, "POST /v1/speedruns", &hash, async |fresh| {
        make(&scope, &value, fresh).await
    })
    .await
}

async fn make(
    scope: &Scope,
    request: &SpeedrunRequest,
    fresh: &Fresh<'_>,
) -> Result<Reply, Refused> {
    within_quota(scope).await?;
    let run = SpeedrunId::new(fresh.first_at(), fresh.bits());
    let (set, questions) = gather(scope, request, &run).await?;
    let made = async {
        let row = open(scope, request, run, &set, questions).await?;
        record(scope, fresh, row).await
    };
    let made = made.await;
    if let Err(refused) = &made
        // What failed on our side is completed by the next attempt, under the same id.
        && !refused.is_ours()
        && fresh.is_mine().await
    {
        undo(scope, run).await;
    }
    made
}

/// The set and the questions selected from it, their images copied. What is left by a refusal here is
/// files that no record names.
async fn gather(
    scope: &Scope,
    request: &SpeedrunRequest,
    run: &SpeedrunId,
) -> Result<(QuestionSetRow, Vec<Question>), Refused> {
    let look = async |set: &QuestionSetRow| {
        let Some(content) = content(&scope.store.files(), set).await? else {
            return Ok(None);
        };
        let questions = request.selection().of(content)?;
        let copied = copy_images(scope, run, set, &questions).await?;
        Ok(copied.then_some(questions))
    };
    let unknown = || {
        Problem::invalid(vec![FieldError::at(
            "/question_set",
            "unknown",
            "There is no such question set.",
        )])
    };
    let found = current(scope, &request.question_set, look).await?;
    let (set, questions) = found.ok_or_else(unknown)?;
    let questions = questions.ok_or_else(|| missing(&set.id))?;
    Ok((set, questions))
}

/// Stores the record together with the answer.
async fn record(scope: &Scope, fresh: &Fresh<'_>, row: SpeedrunRow) -> Result<Reply, Refused> {
    let reply = Reply::created(&SpeedrunRecord::of(row.clone()))?
        .with(LOCATION, format!("/v1/speedruns/{}", row.id));
    let etag = content_etag(&reply.body);
    let reply = reply.with(ETAG, etag);
    fresh
        .store(&reply, quota(scope), full, async |creation| {
            scope.store.speedruns().insert(&row, creation).await
        })
        .await?;
    Ok(reply)
}

/// Code and object.
async fn open(
    scope: &Scope,
    request: &SpeedrunRequest,
    run: SpeedrunId,
    set: &QuestionSetRow,
    questions: Vec<Question>,
) -> Result<SpeedrunRow, Refused> {
    let (code, link) = reserve(scope, &run).await?;
    let row = SpeedrunRow {
        id: run,
        owner_id: scope.owner().column(),
        set_id: set.id,
        title: request
            .title
            .as_deref()
            .map_or(set.title.as_str(), str::trim)
            .to_owned(),
        pace: if request.settings.pace == Pace::Own {
            "self"
        } else {
            "host"
        }
        .to_owned(),
        status: "live".to_owned(),
        questions: u32::try_from(questions.len()).unwrap_or(u32::MAX),
        participants: 0,
        started_at: None,
        ended_at: None,
        end_reason: None,
        version: 1,
        created_at: scope.ctx.now().0,
        updated_at: scope.ctx.now().0,
        code: Some(code.clone()),
        link: Some(link.clone()),
    };
    let settings = request.settings.clone();
    let order = Order::Create {
        title: row.title.clone(),
        language: set.language.clone(),
        code,
        link,
        questions,
        settings,
    };
    order_creation(scope, run, order).await?;
    Ok(row)
}

/// The guest who asks, and how many runs it may make in a day.
fn quota(scope: &Scope) -> Option<(HostSessionId, u32)> {
    let most = scope.tenant.settings.guest.runs_per_day;
    scope.guest().map(|guest| (guest, most))
}

fn full(most: u32) -> Problem {
    Problem::new(
        Code::QuotaReached,
        format!("A host session may make {most} runs within 24 hours."),
    )
}

/// Refuses before anything is begun. What comes at the same time is counted by the insert.
async fn within_quota(scope: &Scope) -> Result<(), Refused> {
    let Some((guest, most)) = quota(scope) else {
        return Ok(());
    };
    let since = scope.ctx.now() - QUOTA_PERIOD;
    let sessions = scope.store.host_sessions();
    if sessions.runs_since(&guest, since).await? < most {
        return Ok(());
    }
    Err(full(most).into())
}

/// A code that no live run has; the run's own when it had reserved one before.
async fn reserve(scope: &Scope, run: &SpeedrunId) -> Result<(String, String), Refused> {
    let (now, expires) = (scope.ctx.now(), scope.ctx.now() + CODE_LIFETIME);
    for _ in 0..CODE_TRIES {
        let (code, link) = (
            JoinCode::random(entropy::bytes()?),
            JoinLink::random(entropy::bytes()?),
        );
        if let Some(reserved) = scope
            .store
            .speedruns()
            .reserve(run, &code, &link, expires, now)
            .await?
        {
            return Ok(reserved);
        }
    }
    Err(Problem::unavailable("no free join code was found").into())
}

/// A run has its own copies: the set may be changed or deleted while it is played. False: one is missing.
async fn copy_images(
    scope: &Scope,
    run: &SpeedrunId,
    set: &QuestionSetRow,
    questions: &[Question],
) -> Result<bool, Refused> {
    let files = scope.store.files();
    let from = files.question_set(&set.id, &set.revision);
    let copies = stream::iter(images(questions)).map(|image| {
        let (files, from) = (&files, &from);
        async move {
            let object = from.image(&image).await?;
            let Some((object, body)) = object.as_ref().and_then(|it| Some((it, it.body()?))) else {
                return Ok(false);
            };
            let content_type = object.http_metadata().content_type.unwrap_or_default();
            let bytes = body.bytes().await?;
            files
                .put_run_image(run, &image, &content_type, bytes)
                .await?;
            Ok::<bool, Refused>(true)
        }
    });
    copies
        .buffer_unordered(COPIES)
        .try_fold(true, async |all, copied| Ok(all && copied))
        .await
}

async fn order_creation(scope: &Scope, run: SpeedrunId, order: Order) -> Result<(), Refused> {
    let object = object_name(scope.tenant.id, run);
    let request = ObjectRequest::Order {
        object: object.clone(),
        order,
    };
    let objects = scope.ctx.env().durable_object("SPEEDRUN")?;
    match ask::<_, RunReply>(&objects, &object, &request)
        .await
        .map_err(unreachable_object)?
    {
        ObjectAnswer::Done(_) => Ok(()),
        ObjectAnswer::Refused(refusal) => Err(of_object(refusal)),
    }
}

/// Takes back what was begun. What cannot be taken back now ends by itself: the code expires, the
/// object ends its empty run, and the cron removes files that no record names.
async fn undo(scope: &Scope, run: SpeedrunId) {
    left_behind(&scope.ctx, erase_object(scope, run).await);
    let (runs, files) = (scope.store.speedruns(), scope.store.files());
    left_behind(&scope.ctx, runs.free_code(&run).await);
    left_behind(&scope.ctx, files.remove_run(&run).await);
}

async fn erase_object(scope: &Scope, run: SpeedrunId) -> worker::Result<()> {
    let objects = scope.ctx.env().durable_object("SPEEDRUN")?;
    let erase: ObjectRequest<Order> = ObjectRequest::Erase;
    let name = object_name(scope.tenant.id, run);
    match ask::<_, ()>(&objects, &name, &erase).await? {
        ObjectAnswer::Done(()) => Ok(()),
        ObjectAnswer::Refused(refusal) => Err(worker::Error::RustError(refusal.code)),
    }
}
