//! An error of each code, for tests.

use std::io;

use rusqlite::ffi;

use crate::error::Error;
use crate::model::{OpId, Refusal};

/// What no message for people may show.
pub(crate) const PERSONAL: &str = "13812345678";

fn sqlite(extended_code: i32) -> Error {
    let text = Some(format!("near phone: {PERSONAL}"));
    rusqlite::Error::SqliteFailure(ffi::Error::new(extended_code), text).into()
}

/// In the order of the codes' declaration, with a personal value wherever there is room for one.
pub(crate) fn all() -> Vec<Error> {
    let denied = io::Error::new(io::ErrorKind::PermissionDenied, format!("/home/{PERSONAL}/till.db"));
    vec![
        Error::invalid("amount", "must be above zero", PERSONAL),
        Refusal::ExceptionList { reason: PERSONAL.to_owned() }.into(),
        Error::conflict("amount"),
        Error::lane_held(OpId::stored("sale-7".to_owned())),
        Error::unreachable(PERSONAL),
        Error::not_found("card"),
        Error::unsupported("no configured provider can do this"),
        Error::wrong_state("settled", "it does not wait for a decision"),
        Error::remote_refused(PERSONAL),
        Error::remote_refused_with("110003", PERSONAL),
        Error::unknown_reference("yonyou"),
        Error::config("gree.app_id", "must be a string"),
        Error::wrong_merchant("store"),
        Error::in_use(),
        Error::not_a_book(PERSONAL),
        Error::newer(9, 3, false),
        Error::inconsistent(PERSONAL),
        Error::io("can't create the book", denied),
        sqlite(ffi::SQLITE_FULL),
        sqlite(ffi::SQLITE_IOERR_WRITE),
        Error::poisoned(),
        Error::closed(),
        Error::restored("its high-water file is ahead of it"),
        Error::wrong_key("another key was given"),
    ]
}
