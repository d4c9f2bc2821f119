//! R2: a tenant's files, and their names.
//!
//! Invariant: every name starts with the tenant, and a set's files lie under a revision that only a
//! row of D1 makes visible.

use super::{StoreError, TenantStore};
use lectern_identity::{QuestionSetId, RevisionId, SpeedrunId};
use std::collections::BTreeMap;
use worker::{Bucket, HttpMetadata, Object, Range};

/// Names that R2 deletes in one call: <https://developers.cloudflare.com/r2/api/workers/workers-api-reference/>.
const DELETE_AT_ONCE: u32 = 1_000;

/// The files of a tenant.
pub struct Files<'a>(pub(super) &'a TenantStore);

/// The files of one revision of a question set.
pub struct SetFiles<'a> {
    bucket: &'a Bucket,
    prefix: String,
}

impl<'a> Files<'a> {
    /// Of one revision of a set.
    #[must_use]
    pub fn question_set(&self, set: &QuestionSetId, revision: &RevisionId) -> SetFiles<'a> {
        SetFiles {
            bucket: &self.0.bucket,
            prefix: format!("{}/question-sets/{set}/{revision}/", self.0.key),
        }
    }

    /// An image of a run, or a range of its bytes.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn run_image(
        &self,
        run: &SpeedrunId,
        image: &str,
        range: Option<Range>,
    ) -> Result<Option<Object>, StoreError> {
        get(
            &self.0.bucket,
            format!("{}/speedruns/{run}/images/{image}", self.0.key),
            range,
        )
        .await
    }

    /// Gives a run its own copy of an image.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn put_run_image(
        &self,
        run: &SpeedrunId,
        image: &str,
        content_type: &str,
        bytes: Vec<u8>,
    ) -> Result<(), StoreError> {
        let key = format!("{}/speedruns/{run}/images/{image}", self.0.key);
        put(&self.0.bucket, &key, content_type, bytes).await
    }

    /// A file of a run's report.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn report(&self, run: &SpeedrunId, name: &str) -> Result<Option<Object>, StoreError> {
        let key = format!("{}/speedruns/{run}/report/{name}", self.0.key);
        Ok(self.0.bucket.get(key).execute().await?)
    }

    /// Removes everything of a run.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn remove_run(&self, run: &SpeedrunId) -> Result<(), StoreError> {
        remove(&self.0.bucket, &format!("{}/speedruns/{run}/", self.0.key)).await
    }
}

impl SetFiles<'_> {
    /// Stores the uploaded original.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn put_original(&self, bytes: Vec<u8>) -> Result<(), StoreError> {
        put(
            self.bucket,
            &format!("{}original", self.prefix),
            "application/octet-stream",
            bytes,
        )
        .await
    }

    /// Stores the normalised form.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn put_set(&self, json: String) -> Result<(), StoreError> {
        put(
            self.bucket,
            &format!("{}set.json", self.prefix),
            "application/json",
            json.into_bytes(),
        )
        .await
    }

    /// Stores an image.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn put_image(
        &self,
        image: &str,
        content_type: &str,
        bytes: Vec<u8>,
    ) -> Result<(), StoreError> {
        put(
            self.bucket,
            &format!("{}images/{image}", self.prefix),
            content_type,
            bytes,
        )
        .await
    }

    /// The normalised form.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn set(&self) -> Result<Option<Object>, StoreError> {
        Ok(self
            .bucket
            .get(format!("{}set.json", self.prefix))
            .execute()
            .await?)
    }

    /// An image.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn image(&self, image: &str) -> Result<Option<Object>, StoreError> {
        self.image_range(image, None).await
    }

    /// An image, or a range of its bytes.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn image_range(
        &self,
        image: &str,
        range: Option<Range>,
    ) -> Result<Option<Object>, StoreError> {
        get(self.bucket, format!("{}images/{image}", self.prefix), range).await
    }

    /// Copies an image into another revision. False: it is not here.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn copy_image(&self, image: &str, to: &SetFiles<'_>) -> Result<bool, StoreError> {
        let object = self.image(image).await?;
        let Some((object, body)) = object.as_ref().and_then(|it| Some((it, it.body()?))) else {
            return Ok(false);
        };
        let content_type = object.http_metadata().content_type.unwrap_or_default();
        let bytes = body.bytes().await?;
        to.put_image(image, &content_type, bytes).await?;
        Ok(true)
    }

    /// The images that are here, with their sizes in bytes. One call: a set has fewer than R2 lists at once.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn image_sizes(&self) -> Result<BTreeMap<String, u64>, StoreError> {
        let prefix = format!("{}images/", self.prefix);
        let listed = self.bucket.list().prefix(prefix.as_str()).execute().await?;
        let sizes = listed.objects().into_iter().filter_map(|object| {
            let id = object.key().strip_prefix(&prefix)?.to_owned();
            Some((id, object.size()))
        });
        Ok(sizes.collect())
    }

    /// Removes the revision.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn remove(&self) -> Result<(), StoreError> {
        remove(self.bucket, &self.prefix).await
    }
}

async fn get(
    bucket: &Bucket,
    key: String,
    range: Option<Range>,
) -> Result<Option<Object>, StoreError> {
    let request = bucket.get(key);
    let request = match range {
        Some(range) => request.range(range),
        None => request,
    };
    Ok(request.execute().await?)
}

async fn put(
    bucket: &Bucket,
    key: &str,
    content_type: &str,
    bytes: Vec<u8>,
) -> Result<(), StoreError> {
    let metadata = HttpMetadata {
        content_type: Some(content_type.to_owned()),
        ..HttpMetadata::default()
    };
    bucket
        .put(key, bytes)
        .http_metadata(metadata)
        .execute()
        .await?;
    Ok(())
}

/// Removes every file under a prefix.
async fn remove(bucket: &Bucket, prefix: &str) -> Result<(), StoreError> {
    loop {
        let found = bucket
            .list()
            .prefix(prefix)
            .limit(DELETE_AT_ONCE)
            .execute()
            .await?;
        let keys: Vec<String> = found.objects().iter().map(Object::key).collect();
        if !keys.is_empty() {
            bucket.delete_multiple(keys).await?;
        }
        if !found.truncated() {
            return Ok(());
        }
    }
}
