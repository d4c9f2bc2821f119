//! The examples in the reference are frames that the other side understands.

use lectern_live::wire::{ClientFrame, ServerFrame};
use lectern_quiz::speedrun::{Command, Message, Reply, Total, View};
use serde_json::Value;

use crate::REFERENCE;

/// The frames of the examples that go this way.
fn frames(arrow: &str) -> Vec<&'static str> {
    let lines = REFERENCE
        .lines()
        .filter_map(|line| line.strip_prefix(arrow));
    lines
        .map(str::trim)
        .filter(|frame| frame.starts_with('{'))
        .collect()
}

/// Fields that are not known are kept by nobody: what is read and written again is the same.
fn same(read: &impl serde::Serialize, frame: &str) {
    let example: Value = serde_json::from_str(frame).expect("JSON");
    let written = serde_json::to_value(read).expect("it can be written");
    assert_eq!(written, example, "{frame}");
}

#[test]
fn the_server_understands_the_examples_of_clients() {
    let frames = frames("→ ");
    assert!(frames.len() >= 4, "{frames:?}");
    for frame in frames {
        let read: ClientFrame<Command> = serde_json::from_str(frame).expect(frame);
        same(&read, frame);
    }
}

#[test]
fn the_examples_of_the_server_have_the_shapes_of_the_reference() {
    let frames = frames("← ");
    assert!(frames.len() >= 6, "{frames:?}");
    for frame in frames {
        let read: ServerFrame<Message, View, Total, Reply> =
            serde_json::from_str(frame).expect(frame);
        same(&read, frame);
    }
}
