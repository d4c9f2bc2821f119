//! R2: the names of a tenant's files, and their removal by prefix.

use lectern_identity::{QuestionSetId, SpeedrunId, TenantId};
use worker::{Bucket, Result};

/// Names that R2 deletes in one call.
const DELETE_AT_ONCE: usize = 1_000;

/// Everything of a run.
pub(crate) fn of_run(tenant: TenantId, run: SpeedrunId) -> String {
    format!("{tenant}/speedruns/{run}/")
}

/// A run's report.
pub(crate) fn of_report(tenant: TenantId, run: SpeedrunId) -> String {
    format!("{}report/", of_run(tenant, run))
}

/// Everything of a question set, all revisions.
pub(crate) fn of_set(tenant: TenantId, set: QuestionSetId) -> String {
    format!("{tenant}/question-sets/{set}/")
}

/// Removes every file under a prefix.
pub(crate) async fn remove_all(bucket: &Bucket, prefix: &str) -> Result<()> {
    loop {
        let found = bucket
            .list()
            .prefix(prefix)
            .limit(DELETE_AT_ONCE as u32)
            .execute()
            .await?;
        let keys: Vec<String> = found.objects().iter().map(worker::Object::key).collect();
        if !keys.is_empty() {
            bucket.delete_multiple(keys).await?;
        }
        if !found.truncated() {
            return Ok(());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_starts_with_the_tenant_and_ends_as_a_folder() {
        let (tenant, run) = (TenantId::from_hash([1; 16]), SpeedrunId::from_hash([2; 16]));
        let set = QuestionSetId::from_hash([3; 16]);
        for prefix in [
            of_run(tenant, run),
            of_report(tenant, run),
            of_set(tenant, set),
        ] {
            assert!(
                prefix.starts_with(&format!("{tenant}/")) && prefix.ends_with('/'),
                "{prefix}"
            );
        }
        assert!(of_report(tenant, run).starts_with(&of_run(tenant, run)));
    }
}
