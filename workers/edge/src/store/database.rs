//! D1: one statement a call, values bound, a busy database tried again.

use super::StoreError;
use serde::de::DeserializeOwned;
use std::time::Duration;
use worker::wasm_bindgen::JsValue;
use worker::{D1Database, D1PreparedStatement, Delay, Env};

/// How often a busy database is asked again.
const TRIES: u32 = 4;

/// The database.
pub struct Database(D1Database);

/// A statement with its values.
pub type Statement = D1PreparedStatement;

/// A value to bind.
#[derive(Debug, Clone, Copy)]
pub enum Value<'a> {
    /// Text.
    Text(&'a str),
    /// D1 takes numbers as doubles: exact up to 2^53, which every time and count here is.
    Integer(i64),
    /// Nothing.
    Null,
}

impl<'a> From<&'a str> for Value<'a> {
    fn from(text: &'a str) -> Self {
        Self::Text(text)
    }
}

impl<'a> From<&'a String> for Value<'a> {
    fn from(text: &'a String) -> Self {
        Self::Text(text)
    }
}

impl From<i64> for Value<'_> {
    fn from(number: i64) -> Self {
        Self::Integer(number)
    }
}

impl From<bool> for Value<'_> {
    fn from(yes: bool) -> Self {
        Self::Integer(yes.into())
    }
}

impl<'a> From<Option<&'a str>> for Value<'a> {
    fn from(text: Option<&'a str>) -> Self {
        text.map_or(Self::Null, Self::Text)
    }
}

impl From<Option<i64>> for Value<'_> {
    fn from(number: Option<i64>) -> Self {
        number.map_or(Self::Null, Self::Integer)
    }
}

impl From<&Value<'_>> for JsValue {
    fn from(value: &Value<'_>) -> Self {
        match value {
            Value::Text(text) => Self::from_str(text),
            // Below 2^53, as said above.
            #[allow(clippy::cast_precision_loss)]
            Value::Integer(number) => Self::from_f64(*number as f64),
            Value::Null => Self::NULL,
        }
    }
}

impl Database {
    /// The database of this Worker.
    ///
    /// # Errors
    /// When it is not bound.
    pub fn of(env: &Env) -> Result<Self, StoreError> {
        Ok(Self(env.d1("DB")?))
    }

    /// A statement with its values, for [`Database::batch`].
    ///
    /// # Errors
    /// When a value cannot be bound.
    pub fn statement(&self, sql: &str, values: &[Value<'_>]) -> Result<Statement, StoreError> {
        let values: Vec<JsValue> = values.iter().map(Into::into).collect();
        Ok(self.0.prepare(sql).bind(&values)?)
    }

    /// The first row.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn first<T: DeserializeOwned>(
        &self,
        sql: &str,
        values: &[Value<'_>],
    ) -> Result<Option<T>, StoreError> {
        let statement = self.statement(sql, values)?;
        again(async || Ok(statement.first(None).await?)).await
    }

    /// All rows.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn all<T: DeserializeOwned>(
        &self,
        sql: &str,
        values: &[Value<'_>],
    ) -> Result<Vec<T>, StoreError> {
        let statement = self.statement(sql, values)?;
        again(async || Ok(statement.all().await?.results()?)).await
    }

    /// Changes rows; says how many.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn run(&self, sql: &str, values: &[Value<'_>]) -> Result<usize, StoreError> {
        let statement = self.statement(sql, values)?;
        again(async || changes(&statement.run().await?)).await
    }

    /// Runs statements as one transaction; says how many rows each changed.
    ///
    /// # Errors
    /// [`StoreError`]; then none of them happened.
    pub async fn batch(&self, statements: Vec<Statement>) -> Result<Vec<usize>, StoreError> {
        again(async || {
            self.0
                .batch(statements.clone())
                .await?
                .iter()
                .map(changes)
                .collect()
        })
        .await
    }
}

fn changes(result: &worker::D1Result) -> Result<usize, StoreError> {
    Ok(result.meta()?.and_then(|meta| meta.changes).unwrap_or(0))
}

/// Asks again, with growing pauses, while the database is busy: then nothing was done.
async fn again<T>(ask: impl AsyncFn() -> Result<T, StoreError>) -> Result<T, StoreError> {
    let mut pause = Duration::from_millis(15);
    for _ in 1..TRIES {
        match ask().await {
            Err(StoreError::Busy(_)) => Delay::from(pause).await,
            done => return done,
        }
        pause *= 3;
    }
    ask().await
}
