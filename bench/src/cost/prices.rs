//! List prices of the platform's paid plan, beyond what the plan includes: in one place, with their sources.
//!
//! As of November 2026. Outgoing messages, protocol pings, answers to `ping` without waking an object, egress
//! and static assets are free: <https://developers.cloudflare.com/workers/platform/pricing/>.

/// What something costs.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Price {
    /// Its key for machines.
    pub(crate) key: &'static str,
    /// What is billed.
    pub(crate) what: &'static str,
    /// The unit in which it is counted.
    pub(crate) unit: &'static str,
    /// Dollars for a million of them.
    pub(crate) per_million: f64,
    /// Where the price is listed, under <https://developers.cloudflare.com/>.
    pub(crate) source: &'static str,
}

const fn price(
    key: &'static str,
    what: &'static str,
    unit: &'static str,
    per_million: f64,
    source: &'static str,
) -> Price {
    Price {
        key,
        what,
        unit,
        per_million,
        source,
    }
}

/// Incoming WebSocket messages that are billed as one request.
pub(crate) const MESSAGES_A_REQUEST: f64 = 20.0;

/// Gigabytes that an object is billed for while it is active, whatever it uses.
pub(crate) const OBJECT_GIGABYTES: f64 = 0.128;

/// The prices.
pub(crate) const PRICES: [Price; 12] = [
    price(
        "requests",
        "requests to Workers",
        "requests",
        0.30,
        "workers/platform/pricing/",
    ),
    price(
        "cpu_ms",
        "processor time of Workers",
        "ms",
        0.02,
        "workers/platform/pricing/",
    ),
    price(
        "object_requests",
        "requests, sockets, alarms of objects",
        "requests",
        0.15,
        "durable-objects/platform/pricing/",
    ),
    price(
        "object_messages",
        "incoming messages, 20 as one request",
        "requests",
        0.15,
        "durable-objects/platform/pricing/",
    ),
    price(
        "object_gb_seconds",
        "duration of objects",
        "GB-s",
        12.50,
        "durable-objects/platform/pricing/",
    ),
    price(
        "object_rows_read",
        "rows read in objects",
        "rows",
        0.001,
        "durable-objects/platform/pricing/",
    ),
    price(
        "object_rows_written",
        "rows written in objects, alarms set",
        "rows",
        1.00,
        "durable-objects/platform/pricing/",
    ),
    price(
        "d1_rows_read",
        "rows read in D1",
        "rows",
        0.001,
        "d1/platform/pricing/",
    ),
    price(
        "d1_rows_written",
        "rows written in D1",
        "rows",
        1.00,
        "d1/platform/pricing/",
    ),
    price(
        "r2_class_a",
        "R2, class A: put, list",
        "operations",
        4.50,
        "r2/pricing/",
    ),
    price(
        "r2_class_b",
        "R2, class B: get, head",
        "operations",
        0.36,
        "r2/pricing/",
    ),
    price(
        "queue_operations",
        "queue: writes, reads, deletes",
        "operations",
        0.40,
        "queues/platform/pricing/",
    ),
];
