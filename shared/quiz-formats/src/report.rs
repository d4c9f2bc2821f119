//! What an import has to say: faults, warnings and their places.
//!
//! Invariant: a report is bounded. The first [`MAX_FAULTS`] faults are kept and one more line says
//! that there were others; the same holds for warnings.

use std::collections::HashSet;

use serde::Serialize;

/// Faults that are reported one by one.
pub const MAX_FAULTS: usize = 100;

/// Warnings that are reported one by one.
pub const MAX_WARNINGS: usize = 200;

/// Where in the file something stands.
///
/// Line and column count from 1, columns in characters; the pointer is a JSON pointer (RFC 6901).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export))]
pub struct Place {
    /// The line.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "ts", ts(optional))]
    pub line: Option<u32>,
    /// The column.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "ts", ts(optional))]
    pub column: Option<u32>,
    /// The value, in a JSON document.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "ts", ts(optional))]
    pub pointer: Option<String>,
}

impl Place {
    /// A line and a column of a text.
    #[must_use]
    pub fn at(line: u32, column: u32) -> Self {
        Self {
            line: Some(line),
            column: Some(column),
            pointer: None,
        }
    }

    /// A value of a JSON document.
    #[must_use]
    pub fn pointer(pointer: impl Into<String>) -> Self {
        Self {
            line: None,
            column: None,
            pointer: Some(pointer.into()),
        }
    }

    /// The whole file.
    #[must_use]
    pub fn whole() -> Self {
        Self::default()
    }

    /// A field inside this place: only JSON documents can name it more closely.
    #[must_use]
    pub(crate) fn inside(&self, path: &str) -> Self {
        let mut place = self.clone();
        if let Some(pointer) = &mut place.pointer {
            pointer.push_str(path);
        }
        place
    }
}

/// Declares the stable codes of one sort of message, once.
macro_rules! codes {
    ($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $code:literal,)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
        #[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export))]
        pub enum $name {
            $($(#[$variant_doc])* #[serde(rename = $code)] $variant,)*
        }

        impl $name {
            /// Every code.
            pub const ALL: &[Self] = &[$(Self::$variant,)*];

            /// The code as it stands in answers and documents.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $code,)* }
            }
        }
    };
}

codes! {
    /// Why a file cannot be used.
    FaultCode {
        /// The file is longer than [`crate::MAX_BYTES`].
        TooLarge = "too_large",
        /// The file holds nothing.
        Empty = "empty",
        /// The file is no text at all: an archive, a picture, a document.
        NotText = "not_text",
        /// The bytes are neither UTF-8 nor UTF-16 with a byte order mark.
        Encoding = "encoding",
        /// A NUL character.
        NulCharacter = "nul_character",
        /// No format was recognised.
        UnknownFormat = "unknown_format",
        /// The file breaks the grammar of its format.
        Syntax = "syntax",
        /// Values, elements or columns are nested too deeply or are too many.
        TooComplex = "too_complex",
        /// More faults than are reported.
        TooManyFaults = "too_many_faults",
        /// A field that the format does not have.
        UnknownField = "unknown_field",
        /// A field given twice.
        DuplicateField = "duplicate_field",
        /// A field that must be given.
        MissingField = "missing_field",
        /// A value of the wrong type.
        WrongType = "wrong_type",
        /// A value that the field does not take.
        BadValue = "bad_value",
        /// A number that is none, or not finite.
        BadNumber = "bad_number",
        /// The version of the format is not known.
        Version = "version",
        /// A document type or entity declaration in XML.
        Doctype = "doctype",
        /// No right answer where one is needed.
        NoAnswer = "no_answer",
        /// More right answers than the kind takes.
        SeveralAnswers = "several_answers",
        /// The answer names an option that does not exist.
        AnswerOutOfRange = "answer_out_of_range",
        /// Too few options, or items.
        TooFewOptions = "too_few_options",
        /// An image that was neither sent along nor embedded.
        ImageMissing = "image_missing",
        /// An image that is no PNG, JPEG or WebP, or is damaged.
        ImageUnreadable = "image_unreadable",
        /// An image beyond the limit of bytes.
        ImageTooLarge = "image_too_large",
        /// A file without a question that can be played.
        NoQuestions = "no_questions",
        /// More questions than a set may have.
        TooManyQuestions = "too_many_questions",
        /// The set breaks another limit of question sets.
        Limit = "limit",
    }
}

codes! {
    /// What an import could not keep, or had to decide.
    WarningCode {
        /// More warnings than are reported.
        MoreWarnings = "more_warnings",
        /// Control characters were removed.
        ControlCharacters = "control_characters",
        /// A question kind that cannot be played was left out.
        QuestionSkipped = "question_skipped",
        /// A formula that cannot be shown stays as its source.
        FormulaUnreadable = "formula_unreadable",
        /// Markup (bold, colours, links, tables) was dropped, its text kept.
        MarkupDropped = "markup_dropped",
        /// Embedded content (script, style, frames, sound, film) was dropped.
        ContentDropped = "content_dropped",
        /// Markdown is shown as it was written.
        MarkdownNotRendered = "markdown_not_rendered",
        /// A picture at a remote address was not fetched.
        RemoteImage = "remote_image",
        /// A picture where only one has room, or none.
        ImageDropped = "image_dropped",
        /// A picture has no alternative text.
        ImageWithoutAlt = "image_without_alt",
        /// An image part that no question uses.
        ImageUnused = "image_unused",
        /// The name of a question cannot serve as its id.
        TitleNotKept = "title_not_kept",
        /// Feedback to single answers.
        FeedbackNotKept = "feedback_not_kept",
        /// Weights that are no equal shares.
        WeightsNotKept = "weights_not_kept",
        /// An answer worth a part of the points counts as wrong.
        PartialAnswerDropped = "partial_answer_dropped",
        /// Several right options in a single choice: it became a multiple choice.
        BecameMultipleChoice = "became_multiple_choice",
        /// A pattern as an accepted answer.
        WildcardDropped = "wildcard_dropped",
        /// Settings without a counterpart.
        SettingsNotKept = "settings_not_kept",
        /// A value outside of its limits was moved to the nearest.
        ValueAdjusted = "value_adjusted",
        /// Two options of a question say the same.
        SameOptions = "same_options",
        /// Export: the target format has no such kind; the question was left out.
        ExportSkipped = "export_skipped",
        /// Export: the target format cannot say this.
        ExportLost = "export_lost",
    }
}

/// One reason why a file cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export))]
pub struct ImportFault {
    /// What is wrong; stable.
    pub code: FaultCode,
    /// The same for people, in English.
    pub detail: String,
    /// Where it stands.
    #[serde(flatten)]
    pub place: Place,
}

/// One thing that was not kept as it stood.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export))]
pub struct Warning {
    /// What happened; stable.
    pub code: WarningCode,
    /// The same for people, in English.
    pub detail: String,
    /// Where it stands.
    #[serde(flatten)]
    pub place: Place,
}

/// Collects faults and warnings while a file is read.
#[derive(Debug, Default)]
pub(crate) struct Report {
    faults: Vec<ImportFault>,
    more_faults: bool,
    warnings: Vec<Warning>,
    more_warnings: usize,
    said: HashSet<(WarningCode, String)>,
}

impl Report {
    pub(crate) fn fault(&mut self, code: FaultCode, place: Place, detail: impl Into<String>) {
        if self.faults.len() < MAX_FAULTS {
            self.faults.push(ImportFault {
                code,
                detail: detail.into(),
                place,
            });
        } else {
            self.more_faults = true;
        }
    }

    pub(crate) fn warn(&mut self, code: WarningCode, place: Place, detail: impl Into<String>) {
        if self.warnings.len() < MAX_WARNINGS {
            self.warnings.push(Warning {
                code,
                detail: detail.into(),
                place,
            });
        } else {
            self.more_warnings += 1;
        }
    }

    /// A warning that is said once a file for each `what`, at its first place.
    pub(crate) fn warn_once(
        &mut self,
        code: WarningCode,
        what: &str,
        place: Place,
        detail: impl Into<String>,
    ) {
        if self.said.len() < MAX_WARNINGS && self.said.insert((code, what.to_owned())) {
            self.warn(code, place, detail);
        }
    }

    /// Whether reading on can add nothing to the report.
    pub(crate) fn is_full(&self) -> bool {
        self.more_faults
    }

    pub(crate) fn has_faults(&self) -> bool {
        !self.faults.is_empty()
    }

    /// The questions that were left out, when nothing else remains to be said.
    pub(crate) fn skipped(&self) -> Vec<(Place, String)> {
        let skipped = self
            .warnings
            .iter()
            .filter(|warning| warning.code == WarningCode::QuestionSkipped);
        skipped
            .map(|warning| (warning.place.clone(), warning.detail.clone()))
            .collect()
    }

    pub(crate) fn into_faults(mut self) -> Vec<ImportFault> {
        if self.more_faults {
            self.faults.push(ImportFault {
                code: FaultCode::TooManyFaults,
                detail: format!(
                    "There are more than {MAX_FAULTS} faults; only the first are listed."
                ),
                place: Place::whole(),
            });
        }
        self.faults
    }

    pub(crate) fn into_warnings(mut self) -> Vec<Warning> {
        if self.more_warnings > 0 {
            self.warnings.push(Warning {
                code: WarningCode::MoreWarnings,
                detail: format!("{} more warnings are not listed.", self.more_warnings),
                place: Place::whole(),
            });
        }
        self.warnings
    }
}
