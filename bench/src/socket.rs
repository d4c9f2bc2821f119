//! WebSockets as phones open them: one TCP connection each, the ticket in the sub-protocol.

use anyhow::{Context, Result};
use futures_util::StreamExt;
use futures_util::stream::{SplitSink, SplitStream};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::ClientRequestBuilder;
use tokio_tungstenite::tungstenite::http::Uri;
use tokio_tungstenite::{WebSocketStream, client_async};

pub(crate) use tokio_tungstenite::tungstenite::Message;

/// The end that writes.
pub(crate) type Writer = SplitSink<WebSocketStream<TcpStream>, Message>;
/// The end that reads.
pub(crate) type Reader = SplitStream<WebSocketStream<TcpStream>>;

/// Opens a socket.
pub(crate) async fn open(port: u16, path: &str, ticket: &str) -> Result<(Writer, Reader)> {
    let stream = TcpStream::connect(("127.0.0.1", port)).await?;
    stream.set_nodelay(true)?;
    let address: Uri = format!("ws://127.0.0.1:{port}{path}").parse()?;
    let request = ClientRequestBuilder::new(address)
        .with_sub_protocol("lectern.v1")
        .with_sub_protocol(format!("ticket.{ticket}"));
    let (socket, _) = client_async(request, stream)
        .await
        .with_context(|| format!("socket {path}"))?;
    Ok(socket.split())
}
