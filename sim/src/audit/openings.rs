//! Cards that are opened at a till: nothing is sent for one before the remote has confirmed it, nor to another holder's.

use tillbook_sandbox::System;

use super::mirror::Op;
use super::{Violation, is_final, violated};
use crate::till::{Exchange, SimTill};

/// A write leaves. `op_no`: the operation that it is for.
pub(crate) fn check_opened(till: &SimTill, op_no: i64, exchange: &Exchange) -> Result<(), Violation> {
    let Some(op) = till.mirror.ops.get(&op_no).filter(|op| op.system == System::Sandy) else { return Ok(()) };
    let name = format!("{} of till {}", op.op_id, till.index);
    let to = exchange.card.as_deref().unwrap_or_default();
    if op.kind == "open_card" {
        if to != op.text("card") || to != op.card {
            return violated(16, format!("{name} opens {to} and not {}", op.card));
        }
        return Ok(());
    }
    // The last that opened the account: one that came to nothing leaves its number to whoever has it.
    let opens = |other: &&Op| other.lane == op.lane && other.kind == "open_card" && other.op_no < op.op_no;
    match till.mirror.ops.values().rev().find(opens) {
        Some(open) if !is_final(&open.state) && open.state != "applied" => {
            violated(16, format!("{name} is sent for {to} while its opening {} is {}", open.op_id, open.state))
        }
        Some(open) if open.state == "settled" && open.retargeted > 0 && to != open.text("card") => {
            violated(16, format!("{name} is sent for {to}, and the card was opened as {}", open.text("card")))
        }
        _ => Ok(()),
    }
}
