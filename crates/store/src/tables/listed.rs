//! The list itself: each table, its key, its fields. A field's name is for ever; a new column is a new field at the end.

use super::{Field, FieldKind, Table};

const fn of(name: &'static str, column: &'static str, kind: FieldKind) -> Field {
    Field { name, column, kind }
}

const fn text(name: &'static str) -> Field {
    of(name, name, FieldKind::Text)
}

const fn json(name: &'static str) -> Field {
    of(name, name, FieldKind::Json)
}

const fn number(name: &'static str) -> Field {
    of(name, name, FieldKind::Number)
}

const fn flag(name: &'static str) -> Field {
    of(name, name, FieldKind::Flag)
}

const fn cents(name: &'static str, column: &'static str) -> Field {
    of(name, column, FieldKind::Cents)
}

const fn blob(name: &'static str, column: &'static str) -> Field {
    of(name, column, FieldKind::Blob)
}

/// All of them, in the order in which rows are put in.
pub static TABLES: &[Table] = &[
    Table {
        name: "journal",
        key: &["seq"],
        fields: &[
            number("seq"),
            text("at"),
            text("actor"),
            text("role"),
            text("action"),
            text("fse"),
            text("lot"),
            number("patient"),
            json("payload"),
            blob("prev_base64", "prev"),
            blob("hash_base64", "hash"),
        ],
    },
    Table { name: "config", key: &["key"], fields: &[text("key"), text("value")] },
    Table { name: "mark", key: &["name"], fields: &[text("name"), text("at")] },
    Table { name: "counter", key: &["billing", "kind"], fields: &[text("billing"), text("kind"), number("last")] },
    Table {
        name: "patient",
        key: &["id"],
        fields: &[
            number("id"),
            text("insured_nir"),
            number("insured_key"),
            text("own_nir"),
            number("own_key"),
            text("birth_date"),
            number("birth_rank"),
            number("quality"),
            text("family_name"),
            text("given_name"),
            text("seen_at"),
        ],
    },
    Table { name: "reading", key: &["patient"], fields: &[number("patient"), text("read_at"), json("content")] },
    Table {
        name: "mutuelle",
        key: &["id"],
        fields: &[
            number("id"),
            number("patient"),
            text("number"),
            text("member"),
            text("convention"),
            text("valid_from"),
            text("valid_until"),
            text("seen_on"),
            number("entry"),
        ],
    },
    Table {
        name: "accident",
        key: &["id"],
        fields: &[
            number("id"),
            number("patient"),
            text("number"),
            text("happened_on"),
            json("organisme"),
            text("told_at"),
            text("consolidated_on"),
            number("entry"),
        ],
    },
    Table {
        name: "replacement",
        key: &["number"],
        fields: &[
            number("number"),
            text("billing"),
            text("state"),
            flag("recurring"),
            text("first_day"),
            text("last_day"),
            text("opened_at"),
            text("closed_at"),
            json("rehearsal"),
            number("entry"),
            blob("content_base64", "content"),
            blob("cms_base64", "cms"),
        ],
    },
    Table {
        name: "locum_card",
        key: &["session"],
        fields: &[number("session"), text("serial"), text("read_at"), json("content")],
    },
    Table {
        name: "practitioner",
        key: &["billing", "situation"],
        fields: &[text("billing"), number("situation"), text("serial"), text("read_at"), json("content")],
    },
    Table {
        name: "typed_situation",
        key: &["person", "situation"],
        fields: &[text("person"), number("situation"), text("typed_at"), json("content"), number("entry")],
    },
    Table { name: "act_sets", key: &["billing"], fields: &[text("billing"), json("sets"), number("entry")] },
    Table {
        name: "instruction",
        key: &["id"],
        fields: &[
            number("id"),
            text("billing"),
            text("name"),
            json("acts"),
            text("given_at"),
            text("ended_at"),
            number("entry"),
        ],
    },
    Table {
        name: "transfer",
        key: &["id"],
        fields: &[
            text("id"),
            text("way"),
            text("billing"),
            text("at"),
            blob("sha256_base64", "sha256"),
            number("entry"),
            blob("content_base64", "content"),
        ],
    },
    Table {
        name: "lot",
        key: &["id"],
        fields: &[
            number("id"),
            text("billing"),
            number("number"),
            text("identifier"),
            number("mode"),
            text("regime"),
            text("caisse"),
            text("state"),
            number("head_seq"),
            blob("head_hash_base64", "head_hash"),
            number("entry"),
            text("sealed_at"),
            text("signed_at"),
            text("dissolved_at"),
            blob("cms_base64", "cms"),
            blob("bytes_base64", "bytes"),
        ],
    },
    // Before `document`: a trigger would take each new membership for the live one.
    Table {
        name: "membership",
        key: &["id"],
        fields: &[number("id"), number("lot"), number("document"), number("position"), text("state")],
    },
    Table {
        name: "document",
        key: &["id"],
        fields: &[
            number("id"),
            text("kind"),
            text("state"),
            text("billing"),
            number("number"),
            number("mode"),
            text("regime"),
            text("caisse"),
            number("patient"),
            text("drawn_up"),
            text("act_date"),
            cents("total_cents", "total"),
            flag("third_party_amo"),
            flag("third_party_amc"),
            number("corrects"),
            text("locum"),
            number("live"),
            number("entry"),
            text("created_at"),
            text("signed_at"),
            text("cancelled_at"),
            number("of_fse"),
            flag("given_up"),
            number("replacement"),
            text("away"),
        ],
    },
    Table {
        name: "body",
        key: &["document"],
        fields: &[number("document"), json("content"), blob("bytes_base64", "bytes")],
    },
    Table {
        name: "signature",
        key: &["document", "signer"],
        fields: &[number("document"), text("signer"), text("at"), blob("cms_base64", "cms")],
    },
    Table {
        name: "attachment",
        key: &["id"],
        fields: &[
            number("id"),
            number("document"),
            text("kind"),
            text("media"),
            blob("sha256_base64", "sha256"),
            text("added_at"),
            number("entry"),
            blob("bytes_base64", "bytes"),
        ],
    },
    Table {
        name: "reopened",
        key: &["document"],
        fields: &[number("document"), number("replacement"), text("at"), number("entry")],
    },
    Table {
        name: "sent_back",
        key: &["document"],
        fields: &[number("document"), text("word"), text("at"), number("entry")],
    },
    Table {
        name: "passage",
        key: &["id"],
        fields: &[
            number("id"),
            text("billing"),
            number("replacement"),
            number("patient"),
            text("day"),
            text("arrived_at"),
            text("state"),
            json("cotation"),
            number("instruction"),
            text("note"),
            number("document"),
            number("entry"),
        ],
    },
    Table {
        name: "paper",
        key: &["id"],
        fields: &[
            number("id"),
            text("billing"),
            number("replacement"),
            number("document"),
            number("patient"),
            text("act_date"),
            cents("total_cents", "total"),
            text("reason"),
            text("made_at"),
            text("state"),
            text("done_at"),
            number("entry"),
            json("content"),
        ],
    },
    Table {
        name: "outbox",
        key: &["id"],
        fields: &[
            number("id"),
            number("lot"),
            text("sender"),
            text("identifier"),
            text("regime"),
            text("caisse"),
            text("from_address"),
            text("to_address"),
            text("message_id"),
            text("sent_at"),
            number("entry"),
            blob("file_base64", "file"),
            blob("message_base64", "message"),
        ],
    },
    Table {
        name: "attempt",
        key: &["id"],
        fields: &[
            number("id"),
            number("outbox"),
            text("began_at"),
            text("phase"),
            text("phase_at"),
            text("ended_at"),
            text("outcome"),
            text("detail"),
            number("entry"),
        ],
    },
    Table {
        name: "scan_mail",
        key: &["id"],
        fields: &[
            number("id"),
            number("lot"),
            text("state"),
            text("phase"),
            text("from_address"),
            text("to_address"),
            text("message_id"),
            text("sent_at"),
            number("entry"),
            blob("message_base64", "message"),
        ],
    },
    Table {
        name: "inbox",
        key: &["id"],
        fields: &[
            number("id"),
            text("mailbox"),
            text("uidl"),
            blob("sha256_base64", "sha256"),
            text("received_at"),
            text("kind"),
            text("status"),
            text("note"),
            json("content"),
            number("entry"),
            blob("raw_base64", "raw"),
        ],
    },
    Table {
        name: "reject",
        key: &["id"],
        fields: &[
            number("id"),
            number("inbox"),
            number("document"),
            number("lot"),
            text("code"),
            text("label"),
            text("rejected_on"),
        ],
    },
    Table {
        name: "money",
        key: &["document", "payer"],
        fields: &[
            number("document"),
            text("payer"),
            cents("due_cents", "due"),
            cents("paid_cents", "paid"),
            text("state"),
            text("settlement"),
        ],
    },
    Table {
        name: "deposit",
        key: &["id"],
        fields: &[
            number("id"),
            text("billing"),
            number("number"),
            text("day"),
            cents("amount_cents", "amount"),
            number("entry"),
        ],
    },
    Table {
        name: "cheque",
        key: &["id"],
        fields: &[
            number("id"),
            text("billing"),
            text("number"),
            text("bank"),
            text("day"),
            number("deposit"),
            number("entry"),
            cents("face_cents", "face"),
        ],
    },
    // Before `closed_day`: a receipt is not put on a day that is closed.
    Table {
        name: "receipt",
        key: &["id"],
        fields: &[
            number("id"),
            number("document"),
            text("billing"),
            text("mode"),
            cents("amount_cents", "amount"),
            text("at"),
            text("day"),
            number("reverses"),
            number("entry"),
            number("cheque"),
        ],
    },
    Table {
        name: "closed_day",
        key: &["billing", "day"],
        fields: &[text("billing"), text("day"), text("closed_at"), cents("amount_cents", "amount"), number("entry")],
    },
    Table {
        name: "payment",
        key: &["id"],
        fields: &[
            number("id"),
            number("inbox"),
            text("billing"),
            text("regime"),
            text("caisse"),
            text("reference"),
            text("paid_on"),
        ],
    },
    Table {
        name: "payment_line",
        key: &["payment", "position"],
        fields: &[
            number("payment"),
            number("position"),
            text("fse"),
            text("payer"),
            cents("amount_cents", "amount"),
            number("document"),
        ],
    },
    Table {
        name: "erasure",
        key: &["document"],
        fields: &[number("document"), text("rule"), text("at"), number("entry")],
    },
    Table { name: "forgotten", key: &["patient"], fields: &[number("patient"), text("at"), number("entry")] },
];
