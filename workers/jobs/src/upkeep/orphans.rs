//! Files in R2 that no row names any more: revisions of an upload that was cut off, of a set that was
//! replaced or deleted, files of an erased run.
//!
//! The bucket is walked in order of names, a piece each time; where the walk stands is a row.
//! Invariant: a file younger than the grace period stays, because its row may be about to be written.

use crate::guard::Failure;
use lectern_edge::{clock, store::Database};
use lectern_identity::Millis;
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};
use worker::{Env, Object};

/// Names looked at in one run of the cron.
const NAMES: u32 = 1_000;
/// How old a file without a row must be to go, unless the variable `ORPHANS_AFTER_SECONDS` says otherwise.
const GRACE: Millis = Millis::hours(1);
/// What the cursor is kept under.
const JOB: &str = "orphans";

/// Removes the orphans among the next names; how many files went.
pub(super) async fn sweep(env: &Env) -> Result<usize, Failure> {
    let (db, bucket) = (Database::of(env)?, env.bucket("BUCKET")?);
    let mut list = bucket.list().limit(NAMES);
    if let Some(after) = cursor(&db).await? {
        list = list.start_after(after);
    }
    let listed = list.execute().await?;
    let objects = listed.objects();
    let orphans = without_row(&db, old(&objects, clock::now() - grace(env))).await?;
    if !orphans.is_empty() {
        bucket.delete_multiple(orphans.clone()).await?;
    }
    let last = objects
        .last()
        .map(Object::key)
        .filter(|_| listed.truncated());
    keep_cursor(&db, last.as_deref().unwrap_or_default()).await?;
    Ok(orphans.len())
}

fn grace(env: &Env) -> Millis {
    let seconds = env.var("ORPHANS_AFTER_SECONDS").ok();
    let seconds = seconds.and_then(|text| text.to_string().parse().ok());
    seconds.map_or(GRACE, Millis::seconds)
}

/// The names old enough, by the row that must exist for them.
fn old(objects: &[Object], before: Millis) -> BTreeMap<String, Vec<String>> {
    let mut names: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for object in objects {
        let key = object.key();
        // Milliseconds since 1970 fit.
        #[allow(clippy::cast_possible_wrap)]
        let uploaded = Millis(object.uploaded().as_millis() as i64);
        if uploaded < before
            && let Some(owner) = owner(&key)
        {
            names.entry(owner.to_owned()).or_default().push(key);
        }
    }
    names
}

/// The part of a name that a row stands for: `{tenant}/question-sets/{set}/{revision}` or
/// `{tenant}/speedruns/{run}`. None: not a file of ours, which is left alone.
fn owner(key: &str) -> Option<&str> {
    let parts = match key.split('/').nth(1)? {
        "question-sets" => 4,
        "speedruns" => 3,
        _ => return None,
    };
    let (end, _) = key.match_indices('/').nth(parts - 1)?;
    key.get(..end)
}

#[derive(Deserialize)]
struct Known {
    owner: String,
}

/// The names whose row does not exist.
async fn without_row(
    db: &Database,
    mut names: BTreeMap<String, Vec<String>>,
) -> Result<Vec<String>, Failure> {
    if names.is_empty() {
        return Ok(Vec::new());
    }
    let select = "SELECT wanted.value AS owner FROM json_each(?1) AS wanted
        WHERE EXISTS (SELECT 1 FROM question_sets AS s
                WHERE s.tenant_id = substr(wanted.value, 1, 30) AND s.id = substr(wanted.value, 46, 30)
                AND wanted.value = s.tenant_id || '/question-sets/' || s.id || '/' || s.revision)
            OR EXISTS (SELECT 1 FROM speedruns AS r
                WHERE r.tenant_id = substr(wanted.value, 1, 30) AND r.id = substr(wanted.value, 42, 30)
                AND wanted.value = r.tenant_id || '/speedruns/' || r.id)";
    let wanted: BTreeSet<&String> = names.keys().collect();
    for Known { owner } in db
        .all(select, &[(&serde_json::to_string(&wanted)?).into()])
        .await?
    {
        names.remove(&owner);
    }
    Ok(names.into_values().flatten().collect())
}

#[derive(Deserialize)]
struct Cursor {
    cursor: String,
}

/// Where the walk stands; none: at the beginning.
async fn cursor(db: &Database) -> Result<Option<String>, Failure> {
    let row: Option<Cursor> = db
        .first(
            "SELECT cursor FROM upkeep_cursors WHERE job = ?1",
            &[JOB.into()],
        )
        .await?;
    Ok(row
        .map(|row| row.cursor)
        .filter(|cursor| !cursor.is_empty()))
}

async fn keep_cursor(db: &Database, cursor: &str) -> Result<(), Failure> {
    let keep = "INSERT INTO upkeep_cursors (job, cursor, updated_at) VALUES (?1, ?2, ?3)
        ON CONFLICT (job) DO UPDATE SET cursor = excluded.cursor, updated_at = excluded.updated_at";
    db.run(keep, &[JOB.into(), cursor.into(), clock::now().0.into()])
        .await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::owner;
    use lectern_identity::{QuestionSetId, RevisionId, SpeedrunId, TenantId};

    #[test]
    fn a_file_belongs_to_its_revision_or_its_run() {
        let tenant = TenantId::from_hash([1; 16]);
        let (set, revision) = (
            QuestionSetId::from_hash([2; 16]),
            RevisionId::from_hash([3; 16]),
        );
        let run = SpeedrunId::from_hash([4; 16]);
        let of_set = format!("{tenant}/question-sets/{set}/{revision}");
        let of_run = format!("{tenant}/speedruns/{run}");
        assert_eq!(
            owner(&format!("{of_set}/images/abc")),
            Some(of_set.as_str())
        );
        assert_eq!(owner(&format!("{of_set}/original")), Some(of_set.as_str()));
        assert_eq!(
            owner(&format!("{of_run}/report/pages/0.json")),
            Some(of_run.as_str())
        );
        for foreign in ["", "x", "a/b/c/d/e", &of_set, &of_run] {
            assert_eq!(owner(foreign), None, "{foreign}");
        }
        // The positions by which the statement finds a row's key in such a text.
        assert_eq!(of_set.get(..30), Some(tenant.to_string().as_str()));
        assert_eq!(of_set.get(45..75), Some(set.to_string().as_str()));
        assert_eq!(of_run.get(41..71), Some(run.to_string().as_str()));
    }
}
