//! The document is what the routes say, completed by what is common to them.
//! `UPDATE_OPENAPI=1` writes it anew.

use crate::routes::{described, router};
use futures_util::FutureExt;
use lectern_problem::Code;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use tower_service::Service;

const ABOUT: &str = "A multi-tenant platform for live learning. Every refusal is a problem (RFC 9457) with a stable \
    `code`; `request_id` finds it in the logs. Times are RFC 3339 in UTC. Request budgets (`RateLimit`) are a brake \
    for each isolate of a location, quotas are exact.";

/// Codes that only these operations answer.
const OWN: &[(&str, &[Code])] = &[
    (
        "token",
        &[
            Code::UnsupportedGrant,
            Code::InvalidClient,
            Code::OriginNotAllowed,
        ],
    ),
    ("host", &[Code::NotFound, Code::OriginNotAllowed]),
    (
        "join",
        &[
            Code::UnknownCode,
            Code::TooManyGuesses,
            Code::OriginNotAllowed,
            Code::Removed,
            Code::NameTaken,
            Code::Locked,
            Code::RunFull,
            Code::RunOver,
            Code::InvalidName,
        ],
    ),
    (
        "pair",
        &[
            Code::PairingInvalid,
            Code::PairingUsed,
            Code::OriginNotAllowed,
            Code::NotFound,
        ],
    ),
    (
        "create_set",
        &[
            Code::UnreadableSet,
            Code::QuotaReached,
            Code::InvalidMultipart,
        ],
    ),
    ("replace", &[Code::UnreadableSet, Code::InvalidMultipart]),
    ("create_run", &[Code::TooManyQuestions, Code::QuotaReached]),
    ("results", &[Code::NotFinished]),
    ("tickets", &[Code::RunOver]),
];

fn document() -> Value {
    let [open, by_token] = described();
    let whole = open.merge(by_token).into_openapi();
    let mut document = serde_json::to_value(whole).unwrap();
    document["info"] = json!({
        "title": "Lectern", "version": "1", "summary": "Live learning, from many tenants to many rooms.",
        "description": ABOUT, "license": { "name": "Apache-2.0", "identifier": "Apache-2.0" },
    });
    document["servers"] = json!([{ "url": "/" }]);
    document["tags"] = json!([
        { "name": "sign-on", "description": "Tokens, guests, seats and screens." },
        { "name": "question-sets", "description": "Question sets." },
        { "name": "speedruns", "description": "Live runs and their results." },
        { "name": "operator", "description": "The platform's own." },
        { "name": "platform", "description": "About this API." },
    ]);
    document["security"] = json!([{ "bearer": [] }]);
    document["components"]["securitySchemes"] = json!({
        "bearer": { "type": "http", "scheme": "bearer", "bearerFormat": "JWT",
            "description": "A client's, guest's or seat's token; the operator's is opaque." },
        "basic": { "type": "http", "scheme": "basic", "description": "Client id and secret." },
    });
    document["components"]["schemas"]["Problem"] = problem();
    for (name, tag, content) in TAGGED {
        tagged(&mut document["components"]["schemas"][*name], tag, *content);
    }
    for (path, item) in document["paths"].as_object_mut().unwrap() {
        for (method, operation) in item.as_object_mut().unwrap() {
            complete(path, method, operation);
        }
    }
    document
}

/// Enums that name their variant in a field, and where what the variant holds stands, if not beside it.
/// Their serialisers are made by `lectern_live::tagged`, which the derived schemas do not know.
const TAGGED: &[(&str, &str, Option<&str>)] = &[
    ("Kind", "type", None),
    ("NumberJudging", "type", None),
    ("Choice", "type", Some("value")),
];

/// Makes of `{variant: {…}}` a variant with its name in `tag`.
fn tagged(schema: &mut Value, tag: &str, content: Option<&str>) {
    for variant in schema["oneOf"].as_array_mut().unwrap() {
        let (name, held) = match variant["properties"].as_object() {
            Some(properties) => {
                let (name, held) = properties.iter().next().unwrap();
                (name.clone(), held.clone())
            }
            None => (
                variant["enum"][0].as_str().unwrap().to_owned(),
                json!({ "type": "object" }),
            ),
        };
        let mut made = match content {
            Some(content) => {
                json!({ "type": "object", "required": [content], "properties": { content: held } })
            }
            None => held,
        };
        made["properties"][tag] = json!({ "type": "string", "const": name });
        let required = made["required"].as_array().cloned().unwrap_or_default();
        made["required"] = [vec![json!(tag)], required].concat().into();
        if let Some(about) = variant.get("description") {
            made["description"] = about.clone();
        }
        *variant = made;
    }
}

fn problem() -> Value {
    let text = json!({ "type": "string" });
    let number = json!({ "type": "integer" });
    json!({
        "type": "object",
        "description": "A refusal (RFC 9457).",
        "required": ["type", "title", "status", "detail", "code", "request_id"],
        "properties": {
            "type": { "type": "string", "format": "uri" }, "title": text, "status": number, "detail": text,
            "code": { "type": "string", "enum": Code::ALL.iter().map(|code| code.as_str()).collect::<Vec<_>>() },
            "request_id": text,
            "errors": { "type": "array", "description": "The faults of single fields, all of them.", "items": {
                "type": "object", "required": ["code", "detail"],
                "properties": { "pointer": text, "line": number, "column": number, "code": text, "detail": text },
            } },
        },
    })
}

/// Describes every refusal that can happen.
fn complete(path: &str, method: &str, operation: &mut Value) {
    let id = match (operation["operationId"].as_str().unwrap(), path) {
        ("create", "/v1/question-sets") => "create_set",
        ("create", "/v1/speedruns") => "create_run",
        (id, _) => id,
    }
    .to_owned();
    let mut codes = common(path, method, operation);
    codes.extend(
        OWN.iter()
            .filter(|(own, _)| *own == id)
            .flat_map(|(_, codes)| codes.iter().copied()),
    );
    let mut by_status: BTreeMap<u16, Vec<&str>> = BTreeMap::new();
    for code in codes {
        let names = by_status.entry(code.status()).or_default();
        if !names.contains(&code.as_str()) {
            names.push(code.as_str());
        }
    }
    let responses = operation["responses"].as_object_mut().unwrap();
    for (status, names) in by_status {
        let list = names
            .iter()
            .map(|name| format!("`{name}`"))
            .collect::<Vec<_>>()
            .join(", ");
        responses.insert(status.to_string(), json!({
            "description": list,
            "content": { "application/problem+json": { "schema": { "$ref": "#/components/schemas/Problem" } } },
        }));
    }
    if let Some(outside) = responses.get_mut("416") {
        outside["headers"] = json!({ "Content-Range": {
            "description": "`bytes */` and how many bytes the file has.", "schema": { "type": "string" } } });
    }
    responses.sort_keys();
    let words: Vec<&str> = path
        .split('/')
        .filter(|part| !part.is_empty() && *part != "v1" && !part.starts_with('{'))
        .collect();
    operation["operationId"] = json!(format!(
        "{method}-{}{}",
        words.join("-").replace('.', ""),
        if path.ends_with('}') { "-one" } else { "" }
    ));
}

/// What follows from how a route is asked.
fn common(path: &str, method: &str, operation: &Value) -> Vec<Code> {
    let has = |name: &str| {
        operation["parameters"]
            .as_array()
            .is_some_and(|all| all.iter().any(|p| p["name"] == name))
    };
    let open = operation["security"].is_array();
    let mut codes = vec![
        Code::NotAcceptable,
        Code::RateLimited,
        Code::Internal,
        Code::Unavailable,
    ];
    if !open {
        codes.extend([
            Code::Unauthenticated,
            Code::InvalidToken,
            Code::TokenExpired,
        ]);
        codes.extend([Code::Forbidden, Code::OriginNotAllowed]);
    }
    if path.contains('{') {
        codes.push(Code::NotFound);
    }
    if operation["requestBody"].is_object() {
        codes.extend([
            Code::BadRequest,
            Code::TooLarge,
            Code::UnsupportedMediaType,
            Code::Invalid,
        ]);
        if !operation["requestBody"]["content"]["application/json"].is_null() {
            codes.push(Code::InvalidJson);
        }
    }
    if method == "get"
        && operation["parameters"]
            .as_array()
            .is_some_and(|all| all.iter().any(|p| p["in"] == "query"))
    {
        codes.push(Code::Invalid);
    }
    if has("Idempotency-Key") {
        codes.extend([
            Code::IdempotencyKeyMissing,
            Code::IdempotencyInFlight,
            Code::IdempotencyKeyReused,
        ]);
    }
    if has("If-Match") {
        codes.push(Code::PreconditionFailed);
        if method != "delete" {
            codes.push(Code::PreconditionRequired);
        }
    }
    if operation["responses"]["416"].is_object() {
        codes.push(Code::RangeNotSatisfiable);
    }
    codes
}

#[test]
fn openapi_says_what_is_served() {
    let document = serde_json::to_string_pretty(&document()).unwrap() + "\n";
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/openapi.json");
    if std::env::var_os("UPDATE_OPENAPI").is_some() {
        std::fs::write(path, &document).unwrap();
    }
    let written = std::fs::read_to_string(path).unwrap();
    let hint = "docs/openapi.json is out of date: UPDATE_OPENAPI=1 cargo test -p lectern-api-worker openapi";
    assert!(written == document, "{hint}");
}

/// Without a context no route gets further than its first extractor, which is far enough to be known.
#[test]
fn every_operation_that_openapi_describes_is_served() {
    let document = document();
    let mut count = 0;
    for (path, item) in document["paths"].as_object().unwrap() {
        for method in item.as_object().map(Map::keys).unwrap() {
            let path = path.replace("{id}", "x").replace("{image}", "y");
            let request = http::Request::builder()
                .method(method.to_uppercase().as_str())
                .uri(&path)
                .body(axum::body::Body::empty())
                .unwrap();
            let response = router().call(request).now_or_never().unwrap().unwrap();
            assert!(
                response.status() == 200 || response.status() == 500,
                "{method} {path}: {}",
                response.status()
            );
            count += 1;
        }
    }
    assert_eq!(count, 25);
}

#[test]
fn operations_have_names_of_their_own() {
    let document = document();
    let mut names = std::collections::BTreeSet::new();
    for item in document["paths"].as_object().unwrap().values() {
        for operation in item.as_object().unwrap().values() {
            let name = operation["operationId"].as_str().unwrap().to_owned();
            assert!(names.insert(name.clone()), "{name} is there twice");
        }
    }
}

#[test]
fn every_route_without_a_token_has_a_budget_for_each_address() {
    let [open, by_token] = described().map(|router| router.into_openapi());
    for (document, is_open) in [(open, true), (by_token, false)] {
        let document = serde_json::to_value(document).unwrap();
        for (path, item) in document["paths"].as_object().unwrap() {
            for (method, operation) in item.as_object().unwrap() {
                let says_open = operation["security"].is_array();
                assert_eq!(says_open, is_open, "{method} {path}");
            }
        }
    }
}

/// A schema of the document, ready to judge values.
fn judge(name: &str) -> impl Fn(&Value) -> Result<(), String> {
    let (mut schemas, mut compiler) = (boon::Schemas::new(), boon::Compiler::new());
    compiler.set_default_draft(boon::Draft::V2020_12);
    compiler.add_resource("mem:///api", document()).unwrap();
    let place = format!("mem:///api#/components/schemas/{name}");
    let index = compiler.compile(&place, &mut schemas).unwrap();
    move |value| {
        schemas
            .validate(value, index)
            .map_err(|error| error.to_string())
    }
}

#[test]
fn the_schema_of_a_question_set_is_what_is_given() {
    let judge = judge("QuestionSet");
    let golden = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../shared/quiz-formats/tests/golden/lectern"
    );
    let mut kinds = std::collections::BTreeSet::new();
    for file in std::fs::read_dir(golden).unwrap() {
        let path = file.unwrap().path();
        let Ok(bytes) = std::fs::read(&path) else {
            continue;
        };
        if let Ok(imported) = lectern_quiz_formats::import(&bytes, Default::default(), &[]) {
            let set = serde_json::to_value(&imported.set).unwrap();
            judge(&set).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
            let named = set["questions"].as_array().unwrap().iter();
            kinds.extend(named.map(|question| question["kind"]["type"].to_string()));
        }
    }
    assert_eq!(kinds.len(), 8, "{kinds:?}");
    let broken = json!({ "title": "t", "questions": [{ "id": "q1", "text": [], "kind": { "type": "nonsense" },
        "points": 0, "duration": 20, "penalty": 0 }] });
    assert!(judge(&broken).is_err());
}

#[test]
fn the_schemas_of_settings_and_answers_are_what_is_taken_and_given() {
    use lectern_quiz::speedrun::{Choice, Settings};
    let settings = judge("Settings");
    assert_eq!(
        settings(&serde_json::to_value(Settings::default()).unwrap()),
        Ok(())
    );
    assert_eq!(settings(&json!({ "pace": "self", "duration": 30 })), Ok(()));
    assert!(settings(&json!({ "pace": "fast" })).is_err());
    assert!(settings(&json!({ "cheat": true })).is_err());
    let choice = judge("Choice");
    for given in [
        Choice::Option(1),
        Choice::Options(vec![0, 2]),
        Choice::Bool(true),
        Choice::Number(0.5),
        Choice::Text("a".into()),
    ] {
        assert_eq!(choice(&serde_json::to_value(given).unwrap()), Ok(()));
    }
    assert!(choice(&json!({ "option": 1 })).is_err());
}
