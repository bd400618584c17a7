//! The header is what the source says, compiles by itself, and names what the library exports.

mod made;

#[test]
fn the_shipped_header_is_made_from_the_source() {
    let made = made::made();
    made::blessed(&made::shipped(), &made);
    let shipped = std::fs::read_to_string(made::shipped()).expect("include/tillbook.h is there");
    assert!(
        shipped == made,
        "include/tillbook.h is not what the source makes: TILLBOOK_BLESS=1 cargo test -p tillbook-ffi --test header"
    );
}
