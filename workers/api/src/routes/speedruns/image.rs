//! Reading an image of a run.

use super::show::owned;
use crate::auth::{Seat, SeatOrOwner};
use crate::fault::Refused;
use crate::request::PathIds;
use crate::request::range::{Download, file};
use axum::response::Response;
use lectern_identity::SpeedrunId;

/// An image's bytes, for the run's seats and its owner.
#[utoipa::path(get, path = "/v1/speedruns/{id}/images/{image}", tag = "speedruns",
    params(("id" = String, Path, description = "The run."), ("image" = String, Path, description = "The image.")),
    responses(
        (status = 200, description = "The image.", content_type = "image/*"),
        (status = 206, description = "The range that was asked for.", content_type = "image/*"),
        (status = 304, description = "It is known already."),
        (status = 416, description = "The range lies outside.")))]
#[worker::send]
pub(crate) async fn image(
    who: SeatOrOwner,
    PathIds((id, image)): PathIds<(SpeedrunId, String)>,
    download: Download,
) -> Result<Response, Refused> {
    let scope = match who {
        SeatOrOwner::Seat(seat) => {
            let Seat { scope, .. } = seat.of_run(id)?;
            scope
        }
        SeatOrOwner::Owner(scope) => {
            owned(&scope, &id).await?;
            scope
        }
    };
    let files = scope.store.files();
    file(&download, &image, async |range| {
        Ok(files.run_image(&id, &image, range).await?)
    })
    .await
}
