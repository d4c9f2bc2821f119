//! What happens in a run, message by message.

use crate::object::{command, seat};
use lectern_identity::Millis;
use lectern_live::Role;
use lectern_quiz::speedrun::Order;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// One thing that reaches the object.
#[derive(Debug)]
pub(crate) enum Act {
    Order(Order),
    Open(&'static str, Role),
    /// A frame, and the type of the frame that answers it.
    Say(&'static str, Value, &'static str),
    /// A host's command that names the step as the host saw it; it is accepted.
    Tell(u32, &'static str),
    Lose(&'static str),
    Pass(Millis),
}

pub(crate) const HOST: &str = "host";
const PUPILS: [&str; 3] = ["Ada", "Bob", "Cyd"];

/// So long that an object sleeps while one is open, and a rebuild is no down-time.
const SECONDS: u32 = 3_600;

#[derive(Default)]
struct Script {
    acts: Vec<Act>,
    ids: BTreeMap<&'static str, u32>,
    /// Everybody's last accepted command.
    last: BTreeMap<&'static str, Value>,
}

impl Script {
    /// A lobby with a host, a wall and three participants.
    fn lobby(settings: &Value) -> Self {
        let mut script = Self::default();
        script.order(&json!({
            "type": "create", "title": "Everything", "code": "ABC234", "link": "hidden-link",
            "questions": questions(), "settings": settings,
        }));
        for (who, role) in [(HOST, Role::Host), ("wall", Role::Wall)] {
            script.acts.push(Act::Open(who, role));
            script.hello(who);
        }
        for who in PUPILS {
            script.order(&json!({"type": "admit", "seat": seat(who), "name": who}));
            script.acts.push(Act::Open(who, Role::Participant));
            script.hello(who);
        }
        script.order(&json!({"type": "status"}));
        script
    }

    fn order(&mut self, order: &Value) {
        // From text: the reader of tagged values wants the text itself.
        let order = serde_json::from_str(&order.to_string()).expect("an order");
        self.acts.push(Act::Order(order));
    }

    fn hello(&mut self, who: &'static str) {
        self.acts
            .push(Act::Say(who, json!({"type": "hello"}), "welcome"));
    }

    fn next_id(&self, who: &str) -> u32 {
        self.ids.get(who).map_or(1, |last| last + 1)
    }

    /// A command that is accepted.
    fn does(&mut self, who: &'static str, what: Value) {
        let id = self.next_id(who);
        self.ids.insert(who, id);
        let frame = command(id, what);
        self.last.insert(who, frame.clone());
        self.acts.push(Act::Say(who, frame, "ack"));
    }

    /// A command that is refused, and takes no number.
    fn tries(&mut self, who: &'static str, what: Value) {
        self.acts
            .push(Act::Say(who, command(self.next_id(who), what), "refused"));
    }

    fn tells(&mut self, what: &'static str) {
        let id = self.next_id(HOST);
        self.ids.insert(HOST, id);
        self.acts.push(Act::Tell(id, what));
    }

    /// Comes back on a fresh socket, says what was seen, and repeats its last command.
    fn returns(&mut self, who: &'static str, seen: Value) {
        self.acts.push(Act::Lose(who));
        self.acts.push(Act::Open(who, Role::Participant));
        self.acts.push(Act::Say(
            who,
            json!({"type": "hello", "resume": seen}),
            "welcome",
        ));
        if let Some(frame) = self.last.get(who) {
            self.acts.push(Act::Say(who, frame.clone(), "ack"));
        }
        self.acts
            .push(Act::Say(who, json!({"type": "seen", "channels": seen}), ""));
    }
}

fn answer(index: usize, choice: &Value) -> Value {
    json!({"type": "answer", "index": index, "choice": choice})
}

/// An answer to each question, none to the slide.
fn choices() -> Vec<Value> {
    vec![
        json!({"type": "option", "value": 1}),
        json!({"type": "options", "value": [0, 2]}),
        json!({"type": "text", "value": "Secret-One"}),
        json!({"type": "order", "value": [2, 0, 1]}),
        json!({"type": "number", "value": 41.75}),
        json!({"type": "bool", "value": true}),
    ]
}

fn questions() -> Value {
    let text = |says: &str| json!([{"text": says}]);
    let option = |says: &str| json!({"text": text(says)});
    let kinds = [
        json!({"type": "single_choice", "options": [option("a"), option("b"), option("c")], "correct": 1}),
        json!({"type": "multiple_choice", "options": [option("a"), option("b"), option("c")], "correct": [0, 1], "credit": "partial"}),
        json!({"type": "short_text", "accepted": ["secret-one"], "fold": {"case": true, "accents": true, "spaces": true}}),
        json!({"type": "ordering", "items": [text("one"), text("two"), text("three")], "credit": "partial"}),
        json!({"type": "number", "correct": 42.0, "judging": {"type": "tolerance", "tolerance": 0.5}}),
        json!({"type": "true_false", "correct": true}),
        json!({"type": "slide"}),
    ];
    let question = |(number, kind): (usize, &Value)| {
        let (points, penalty) = if kind["type"] == "slide" {
            (0, 0)
        } else {
            (1_000, 100)
        };
        json!({"id": format!("q{number}"), "text": text("?"), "kind": kind, "points": points, "duration": SECONDS, "penalty": penalty})
    };
    kinds.iter().enumerate().map(question).collect()
}

/// A run that its host leads: commands of every kind, refusals, somebody who comes back, a question that
/// times out, one that is paused.
pub(crate) fn host_paced() -> Vec<Act> {
    let mut script = Script::lobby(&json!({"pace": "host", "streak": true}));
    script.does(
        HOST,
        json!({"type": "rename", "seat": seat("Cyd"), "name": "Cydonia"}),
    );
    script.does(
        HOST,
        json!({"type": "extra_time", "seat": seat("Bob"), "percent": 50}),
    );
    script.does(HOST, json!({"type": "lock", "locked": true}));
    script.does(HOST, json!({"type": "lock", "locked": true}));
    script.does(HOST, json!({"type": "leaderboard", "shown": false}));
    script.tries(HOST, json!({"type": "start", "seen": 99}));
    script.tells("start");
    for (index, choice) in choices().iter().enumerate() {
        script.does("Ada", answer(index, choice));
        script.tries("Ada", answer(index, choice));
        script.tries("Bob", answer(index + 1, choice));
        if index == 1 {
            script.tells("pause");
            script.tries("Bob", answer(index, choice));
            script.tells("resume");
            script.does(HOST, json!({"type": "remove", "seat": seat("Cyd")}));
        }
        if index == 2 {
            script.returns("Bob", json!({"all": 3, "me": 0}));
        }
        if index == 3 {
            script
                .acts
                .push(Act::Pass(Millis::seconds(2 * i64::from(SECONDS))));
        } else {
            script.does("Bob", answer(index, choice));
            if index == 0 {
                script.tells("reveal");
            }
        }
        script.tells("next");
    }
    script.acts.push(Act::Say(
        "Ada",
        json!({"type": "command", "id": 1, "command": {"type": "dance"}}),
        "refused",
    ));
    script.tells("next");
    script.returns("Ada", json!({"all": 0, "me": 0}));
    script.order(&json!({"type": "status"}));
    script.acts
}

/// A run in which each goes alone; the last one's time runs out.
pub(crate) fn self_paced() -> Vec<Act> {
    let mut script = Script::lobby(&json!({"pace": "self", "shuffle_questions": false}));
    script.tells("start");
    for (index, choice) in choices().iter().enumerate() {
        for who in PUPILS {
            script.does(who, json!({"type": "advance", "opened": index}));
            script.tries(who, json!({"type": "advance", "opened": index + 1}));
            if who != "Cyd" || index + 1 < choices().len() {
                script.does(who, answer(index, choice));
            }
        }
        if index == 2 {
            script.returns("Bob", json!({"all": 1, "me": 2}));
        }
    }
    for who in ["Ada", "Bob"] {
        script.does(who, json!({"type": "advance", "opened": choices().len()}));
    }
    script.acts.push(Act::Pass(Millis::seconds(1)));
    script.acts.push(Act::Lose(HOST));
    script
        .acts
        .push(Act::Pass(Millis::seconds(3 * i64::from(SECONDS))));
    script.acts
}
