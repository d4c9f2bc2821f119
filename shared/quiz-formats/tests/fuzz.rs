//! Whatever the bytes, an import answers: a set that keeps every rule, or faults.

mod common;

use lectern_quiz_formats::{Hints, MAX_FAULTS, export_gift, import};
use proptest::prelude::*;

fn answers(bytes: &[u8], name: &str) -> Result<(), TestCaseError> {
    match import(
        bytes,
        Hints {
            file_name: Some(name),
            ..Hints::default()
        },
        &[],
    ) {
        Ok(imported) => {
            prop_assert_eq!(imported.set.check(), Ok(()));
            let _ = export_gift(&imported.set);
        }
        Err(faults) => prop_assert!((1..=MAX_FAULTS + 1).contains(&faults.len())),
    }
    Ok(())
}

fn golden() -> Vec<Vec<u8>> {
    common::inputs()
        .iter()
        .map(|input| std::fs::read(input).expect("a golden file"))
        .collect()
}

/// One change to a file: bytes replaced, taken away, or put in.
fn mutation() -> impl Strategy<Value = (prop::sample::Index, usize, Vec<u8>)> {
    let signs = prop_oneof![
        "[{}=~#:\\\\<>&\"',;|%\n\r/\\[\\]()a0$.-]{0,4}".prop_map(String::into_bytes),
        proptest::collection::vec(any::<u8>(), 0..4)
    ];
    (any::<prop::sample::Index>(), 0..6_usize, signs)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn random_bytes(bytes in proptest::collection::vec(any::<u8>(), 0..200), name in "[a-z]{0,3}\\.(csv|gift|json|xml)") {
        answers(&bytes, &name)?;
    }

    #[test]
    fn random_signs(text in "[{}=~#:\\\\<>&\"',;|%\n/\\[\\]()aAT01$.-]{0,80}", name in "x\\.(csv|gift|txt)") {
        answers(text.as_bytes(), &name)?;
    }

    #[test]
    fn changed_golden_files(which in any::<prop::sample::Index>(), changes in proptest::collection::vec(mutation(), 1..4)) {
        let files = GOLDEN.with(Clone::clone);
        let mut bytes = files[which.index(files.len())].clone();
        for (at, length, put) in changes {
            let at = at.index(bytes.len() + 1);
            let end = (at + length).min(bytes.len());
            bytes.splice(at..end, put);
        }
        answers(&bytes, "x")?;
    }
}

thread_local! {
    static GOLDEN: std::rc::Rc<Vec<Vec<u8>>> = std::rc::Rc::new(golden());
}
