//! A stage for stories: builders of questions and runs, a clock that ticks by itself, and what each
//! channel has heard.

use lectern_identity::{Millis, SeatId};
use lectern_live::{Actor, Channel, Decision, Engine, Input, Moment, Refusal, Role};
use lectern_quiz::model::{Choosable, Credit, Fold, Kind, NumberJudging, Question, Rich, Segment};
use lectern_quiz::report::Report;
use lectern_quiz::speedrun::message::{Counts, Distribution, Standing};
use lectern_quiz::speedrun::{
    Choice, Command, Event, Message, Order, Pace, Phase, Reply, Settings, Speedrun, Total, View,
};
use std::collections::BTreeMap;

/// When every story begins.
pub(crate) const DAWN: Millis = Millis(1_800_000_000_000);

pub(crate) fn text(says: &str) -> Rich {
    Rich(vec![Segment::Text(says.to_owned())])
}

pub(crate) fn options(says: &[&str]) -> Vec<Choosable> {
    says.iter()
        .map(|says| Choosable {
            text: text(says),
            image: None,
        })
        .collect()
}

fn question(says: &str, kind: Kind) -> Question {
    Question {
        id: "q".to_owned(),
        text: text(says),
        points: if kind.scores() { 1_000 } else { 0 },
        kind,
        image: None,
        explanation: Some(text("because-secret")),
        category: None,
        duration: 20,
        penalty: 0,
    }
}

/// The second of three options is right.
pub(crate) fn single_choice() -> Question {
    let options = options(&["a", "b", "c"]);
    question(
        "Which?",
        Kind::SingleChoice {
            options,
            correct: 1,
        },
    )
}

/// The first two of four options are right.
pub(crate) fn multiple_choice(credit: Credit) -> Question {
    let options = options(&["a", "b", "c", "d"]);
    let correct = vec![0, 1];
    question(
        "Which ones?",
        Kind::MultipleChoice {
            options,
            correct,
            credit,
        },
    )
}

pub(crate) fn true_false() -> Question {
    question("Is it?", Kind::TrueFalse { correct: true })
}

/// 42 is right.
pub(crate) fn number() -> Question {
    let judging = NumberJudging::Tolerance { tolerance: 0.5 };
    let unit = Some("km".to_owned());
    question(
        "How many?",
        Kind::Number {
            correct: 42.0,
            judging,
            unit,
        },
    )
}

/// “secret-one” and “secret-two” are right.
pub(crate) fn short_text() -> Question {
    let accepted = vec!["secret-one".to_owned(), "secret-two".to_owned()];
    let fold = Fold::default();
    question("Who?", Kind::ShortText { accepted, fold })
}

pub(crate) fn ordering(credit: Credit) -> Question {
    let items = vec![text("one"), text("two"), text("three")];
    question("In order?", Kind::Ordering { items, credit })
}

pub(crate) fn poll() -> Question {
    let options = options(&["tea", "coffee"]);
    question(
        "What do you like?",
        Kind::Poll {
            options,
            multiple: false,
        },
    )
}

pub(crate) fn slide() -> Question {
    question("Look.", Kind::Slide)
}

/// Changes to a question that read like a sentence.
pub(crate) trait With {
    fn lasting(self, seconds: u32) -> Self;
    fn costing(self, penalty: u16) -> Self;
}

impl With for Question {
    fn lasting(self, seconds: u32) -> Self {
        Self {
            duration: seconds,
            ..self
        }
    }

    fn costing(self, penalty: u16) -> Self {
        Self { penalty, ..self }
    }
}

/// The seat that a name stands for in stories.
pub(crate) fn seat(name: &str) -> SeatId {
    let mut bits = [7_u8; 16];
    bits.iter_mut()
        .zip(name.bytes())
        .for_each(|(bit, byte)| *bit = byte);
    SeatId::from_hash(bits)
}

pub(crate) fn option(index: u32) -> Choice {
    Choice::Option(index)
}

/// What is right in [`single_choice`].
pub(crate) fn right() -> Choice {
    Choice::Option(1)
}

/// What is wrong in [`single_choice`].
pub(crate) fn wrong() -> Choice {
    Choice::Option(0)
}

/// A run in the making.
pub(crate) struct Plan {
    questions: Vec<Question>,
    settings: Settings,
    names: Vec<String>,
}

pub(crate) fn a_run() -> Plan {
    let settings = Settings {
        close_when_all_answered: false,
        ..Settings::default()
    };
    Plan {
        questions: vec![],
        settings,
        names: vec![],
    }
}

impl Plan {
    pub(crate) fn with(mut self, question: Question) -> Self {
        let id = format!("q{}", self.questions.len() + 1);
        self.questions.push(Question { id, ..question });
        self
    }

    pub(crate) fn set(mut self, change: impl FnOnce(&mut Settings)) -> Self {
        change(&mut self.settings);
        self
    }

    pub(crate) fn self_paced(self) -> Self {
        self.set(|settings| settings.pace = Pace::Own)
    }

    pub(crate) fn seating(mut self, names: &[&str]) -> Self {
        self.names.extend(names.iter().map(|&name| name.to_owned()));
        self
    }

    pub(crate) fn order(&self) -> Order {
        Order::Create {
            title: "Numbers".to_owned(),
            language: Some("en-GB".to_owned()),
            code: "ABC234".to_owned(),
            link: "hidden-link".to_owned(),
            questions: self.questions.clone(),
            settings: self.settings.clone(),
        }
    }

    /// In the lobby; somebody is connected.
    pub(crate) fn waiting(self) -> Stage {
        let mut stage = Stage::empty();
        stage.order(self.order()).expect("the run can be created");
        stage.presence(true);
        for name in &self.names {
            stage.joins(name).expect("the name is free");
        }
        stage
    }

    pub(crate) fn started(self) -> Stage {
        let mut stage = self.waiting();
        stage
            .host(|seen| Command::Start { seen })
            .expect("it can start");
        stage
    }
}

/// A run that is being played.
pub(crate) struct Stage {
    pub(crate) engine: Speedrun,
    pub(crate) now: Millis,
    pub(crate) seed: u64,
    pub(crate) log: Vec<(Millis, Event)>,
    pub(crate) heard: BTreeMap<Channel, Vec<Message>>,
}

/// A refusal's code, or what was replied.
pub(crate) type Answer = Result<Reply, String>;

impl Stage {
    pub(crate) fn empty() -> Self {
        Self {
            engine: Speedrun::default(),
            now: DAWN,
            seed: 1,
            log: vec![],
            heard: BTreeMap::new(),
        }
    }

    pub(crate) fn gives(
        &mut self,
        actor: Actor,
        input: Input<Command, Order>,
    ) -> Result<Decision<Event, Reply>, Refusal> {
        self.seed += 1;
        let at = Moment {
            now: self.now,
            seed: self.seed,
        };
        let decision = self.engine.decide(at, actor, input)?;
        for event in &decision.events {
            self.engine.evolve(self.now, event);
            for channel in Speedrun::channels(event) {
                let message = self
                    .engine
                    .project(event, channel)
                    .expect("a channel hears something");
                self.heard.entry(channel).or_default().push(message);
            }
            self.log.push((self.now, event.clone()));
        }
        Ok(decision)
    }

    fn asks(&mut self, actor: Actor, input: Input<Command, Order>) -> Answer {
        self.gives(actor, input)
            .map(|decision| decision.reply)
            .map_err(|refusal| refusal.code)
    }

    pub(crate) fn order(&mut self, order: Order) -> Answer {
        self.asks(Actor::Platform, Input::Order(order))
    }

    pub(crate) fn command(&mut self, id: SeatId, role: Role, command: Command) -> Answer {
        self.asks(Actor::Seat { id, role }, Input::Command(command))
    }

    pub(crate) fn joins(&mut self, name: &str) -> Answer {
        let order = Order::Admit {
            seat: seat(name),
            name: name.to_owned(),
        };
        self.order(order)
    }

    /// A command that names the present step.
    pub(crate) fn host(&mut self, command: impl FnOnce(u32) -> Command) -> Answer {
        let seen = self.host_view().step;
        self.hosts(command(seen))
    }

    /// A command that names no step, or the wrong one.
    pub(crate) fn hosts(&mut self, command: Command) -> Answer {
        self.command(seat("host"), Role::Host, command)
    }

    pub(crate) fn next(&mut self) {
        self.host(|seen| Command::Next { seen })
            .expect("the host can move on");
    }

    pub(crate) fn reveal(&mut self) {
        self.host(|seen| Command::Reveal { seen })
            .expect("the host can reveal");
    }

    pub(crate) fn pause(&mut self) {
        self.host(|seen| Command::Pause { seen })
            .expect("the host can pause");
    }

    pub(crate) fn resume(&mut self) {
        self.host(|seen| Command::Resume { seen })
            .expect("the host can resume");
    }

    pub(crate) fn end(&mut self) {
        self.host(|seen| Command::End { seen })
            .expect("the host can end");
    }

    pub(crate) fn answers(&mut self, name: &str, index: u32, choice: Choice) -> Answer {
        self.command(
            seat(name),
            Role::Participant,
            Command::Answer { index, choice },
        )
    }

    pub(crate) fn advances(&mut self, name: &str) -> Answer {
        let opened = self.me(name).opened;
        self.command(seat(name), Role::Participant, Command::Advance { opened })
    }

    pub(crate) fn presence(&mut self, anyone: bool) {
        let _ = self.asks(Actor::Shell, Input::Presence { anyone });
    }

    pub(crate) fn tick(&mut self, down: Millis) -> Vec<Event> {
        let decision = self.gives(Actor::Clock, Input::Tick { down });
        decision.expect("a tick is never refused").events
    }

    /// Lets the time come to `seconds` after the beginning, with the clock's ticks on the way.
    pub(crate) fn at(&mut self, seconds: f64) -> &mut Self {
        self.until(DAWN + Millis((seconds * 1_000.0).round() as i64))
    }

    pub(crate) fn until(&mut self, then: Millis) -> &mut Self {
        while let Some(due) = self.engine.wake_at().filter(|&due| due <= then) {
            self.now = self.now.max(due);
            self.tick(Millis(0));
            if self.engine.wake_at().is_some_and(|next| next <= due) {
                // The end of the last timer can show that the run has been idle for long: once more.
                self.tick(Millis(0));
            }
            let next = self.engine.wake_at();
            assert!(
                next.is_none_or(|next| next > due),
                "the alarm runs hot at {due:?}: {next:?}"
            );
        }
        self.now = then;
        self
    }

    pub(crate) fn view(&self, name: &str) -> View {
        self.engine.view(seat(name), Role::Participant, self.now)
    }

    pub(crate) fn host_view(&self) -> View {
        self.engine.view(seat("host"), Role::Host, self.now)
    }

    pub(crate) fn wall_view(&self) -> View {
        self.engine.view(seat("wall"), Role::Wall, self.now)
    }

    pub(crate) fn me(&self, name: &str) -> lectern_quiz::speedrun::message::Me {
        self.view(name).me.expect("the seat is a participant's")
    }

    pub(crate) fn score(&self, name: &str) -> u32 {
        self.me(name).score
    }

    pub(crate) fn phase(&self) -> Phase {
        self.host_view().phase
    }

    pub(crate) fn open_index(&self) -> Option<u32> {
        self.host_view()
            .current
            .map(|current| current.question.index)
    }

    fn total(&self, group: u8, name: &str) -> Option<Total> {
        let totals = self.engine.totals(group);
        totals
            .into_iter()
            .find(|(found, _)| *found == name)
            .map(|(_, total)| total)
    }

    pub(crate) fn counts(&self) -> Counts {
        match self.total(0, "counts") {
            Some(Total::Counts(counts)) => counts,
            other => panic!("{other:?}"),
        }
    }

    pub(crate) fn leaderboard(&self) -> Vec<Standing> {
        match self.total(0, "leaderboard") {
            Some(Total::Leaderboard(standings)) => standings,
            other => panic!("{other:?}"),
        }
    }

    pub(crate) fn standings(&self) -> Vec<Standing> {
        match self.total(2, "standings") {
            Some(Total::Leaderboard(standings)) => standings,
            other => panic!("{other:?}"),
        }
    }

    pub(crate) fn distribution(&self) -> Distribution {
        match self.total(2, "distribution") {
            Some(Total::Distribution(distribution)) => distribution,
            other => panic!("{other:?}"),
        }
    }

    /// Everything told to a participant alone.
    pub(crate) fn told(&self, name: &str) -> &[Message] {
        self.heard
            .get(&Channel::Seat(seat(name)))
            .map_or(&[], Vec::as_slice)
    }

    pub(crate) fn told_group(&self, group: u8) -> &[Message] {
        self.heard
            .get(&Channel::Group(group))
            .map_or(&[], Vec::as_slice)
    }

    /// The whole report.
    pub(crate) fn report(&self) -> Vec<Report> {
        (0..).map_while(|page| self.engine.report(page)).collect()
    }

    /// The state as a snapshot holds it: a piece a line.
    pub(crate) fn json(&self) -> String {
        stored(&self.engine)
    }

    /// The state that the stored events make.
    pub(crate) fn replayed(&self) -> Speedrun {
        let mut engine = Speedrun::default();
        for (at, event) in &self.log {
            let stored = serde_json::to_string(event).expect("an event is JSON");
            engine.evolve(
                *at,
                &serde_json::from_str(&stored).expect("a stored event is read"),
            );
        }
        engine
    }
}

/// The code of a refusal.
pub(crate) fn refused(code: &str) -> Answer {
    Err(code.to_owned())
}

/// A state as a snapshot holds it.
pub(crate) fn stored(engine: &Speedrun) -> String {
    let pieces = (0..).map_while(|number| engine.piece(number));
    let lines = pieces.map(|piece| serde_json::to_string(&piece).expect("a state is JSON"));
    lines.collect::<Vec<_>>().join("\n")
}

/// The state that a snapshot makes.
pub(crate) fn restored(json: &str) -> Speedrun {
    let mut engine = Speedrun::default();
    for line in json.lines() {
        engine.restore(serde_json::from_str(line).expect("a stored piece is read"));
    }
    engine
}
