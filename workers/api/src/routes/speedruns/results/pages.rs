//! Answers a page at a time, so that 250,000 of them never lie in memory together.

use lectern_edge::store::{AnswerRow, StoreError, TenantStore};
use lectern_identity::SpeedrunId;

/// Answers read at a time.
const PAGE: u32 = 5_000;

/// A walk over all answers of a run, by seat and position.
pub(super) struct Answers {
    store: TenantStore,
    run: SpeedrunId,
    after: Option<(String, i64)>,
}

impl Answers {
    pub(super) fn new(store: TenantStore, run: SpeedrunId) -> Self {
        Self {
            store,
            run,
            after: Some((String::new(), -1)),
        }
    }

    /// The next page. None: there are no more.
    pub(super) async fn next(&mut self) -> Result<Option<Vec<AnswerRow>>, StoreError> {
        let Some((seat, position)) = self.after.take() else {
            return Ok(None);
        };
        let page = self
            .store
            .results()
            .answers(&self.run, (&seat, position), PAGE)
            .await?;
        let full = page.len() >= PAGE as usize;
        self.after = page
            .last()
            .filter(|_| full)
            .map(|last| (last.seat_id.clone(), i64::from(last.position)));
        Ok((!page.is_empty()).then_some(page))
    }
}
