//! The header is what the source says, compiles by itself, and names what the library exports.

mod c;
mod guards;
mod layout;
mod made;

use std::collections::BTreeSet;
use std::fmt::Write as _;

use made::{Declarations, blessed, shipped};

#[test]
fn the_shipped_header_is_made_from_the_source() {
    let made = made::made();
    blessed(&shipped(), &made);
    let shipped = std::fs::read_to_string(shipped()).expect("include/tillbook.h is there");
    assert!(shipped == made, "include/tillbook.h is not what the source makes: {}", made::HOW);
}

/// What programs were compiled for stands in a file, with the version that it was written down under: a change is seen by
/// whoever looks at the change, and needs another version.
#[test]
fn the_abi_does_not_change_without_its_version() {
    let path = made::here().join("abi.txt");
    let now = abi(&Declarations::of(&made::made()));
    let written = std::fs::read_to_string(&path).unwrap_or_default();
    if written != now {
        let version = |text: &str| text.lines().next().unwrap_or_default().to_owned();
        assert!(version(&written) != version(&now), "the ABI has changed: raise TILLBOOK_ABI_MINOR, or _MAJOR");
        blessed(&path, &now);
        let again = std::fs::read_to_string(&path).unwrap_or_default();
        assert!(again == now, "ffi/abi.txt does not tell this version: {}", made::HOW);
    }
}

fn abi(declared: &Declarations) -> String {
    let mut text = format!("ABI {}.{}\n", tillbook_ffi::TILLBOOK_ABI_MAJOR, tillbook_ffi::TILLBOOK_ABI_MINOR);
    for (name, value) in &declared.constants {
        if !name.starts_with("TILLBOOK_ABI_") {
            writeln!(text, "{name} = {value}").expect("text grows");
        }
    }
    for it in &declared.structs {
        writeln!(text, "{} {{ {} }}", it.name, it.fields.join("; ")).expect("text grows");
    }
    for function in &declared.functions {
        writeln!(text, "{function}").expect("text grows");
    }
    text
}

#[test]
fn the_shared_library_exports_what_the_header_declares_and_nothing_else() {
    let Some(library) = c::shared_library() else { return };
    let Some(exported) = c::exported(&library) else { return };
    let declared: BTreeSet<String> =
        Declarations::of(&made::made()).functions.iter().map(|f| made::name_of(f)).collect();
    assert!(declared.len() > 90, "the header declares {}", declared.len());
    assert_eq!(exported, declared);
}

#[test]
fn the_header_compiles_alone_in_every_language_it_is_for() {
    for (compiler, standard) in c::compilers() {
        c::compiles(&compiler, standard, "#include \"tillbook.h\"\nint main(void) { return 0; }\n");
    }
}

#[test]
fn the_program_in_the_guide_compiles() {
    let guide = std::fs::read_to_string(made::here().join("../docs/c-abi.md")).expect("the guide is there");
    let program = guide.split("```c\n").nth(1).and_then(|rest| rest.split("```").next()).expect("it shows a program");
    for (compiler, standard) in c::compilers() {
        c::compiles_only(&compiler, standard, program);
    }
}

/// As C sees every struct, and as Rust does.
/// No hole either on this machine: neither can a program leave rubbish in one, nor a later field land in it.
#[test]
fn structs_have_the_same_layout_on_both_sides() {
    let declared = Declarations::of(&made::made());
    let table = made::layout_table(&declared);
    let path = made::here().join("tests/header/layout.rs");
    blessed(&path, &table);
    let written = std::fs::read_to_string(&path).expect("layout.rs is there");
    assert!(written == table, "ffi/tests/header/layout.rs does not list every field: {}", made::HOW);
    let Some(seen) = c::printed(&made::layout_program(&declared)) else { return };
    let seen: Vec<(&str, usize, Option<usize>)> = seen.lines().map(read_line).collect();
    assert_eq!(seen.len(), layout::FIELDS.len());
    for ((name, number, _), (expected, rust)) in seen.iter().zip(layout::FIELDS) {
        assert_eq!((name, number), (expected, rust), "as C has it, and as Rust has it");
    }
    let mut end = (0, 0);
    for (name, number, size) in seen {
        match size {
            None => {
                assert_eq!(
                    end.0, end.1,
                    "the struct before {name} ends in a hole: what is appended later would lie in it"
                );
                end = (0, number);
            }
            Some(size) => {
                assert_eq!(number, end.0, "there is a hole before {name}");
                end.0 = number + size;
            }
        }
    }
}

fn read_line(line: &str) -> (&str, usize, Option<usize>) {
    let mut words = line.split(' ');
    let name = words.next().expect("a name");
    let mut numbers = words.map(|word| word.parse().expect("a number"));
    (name, numbers.next().expect("a place"), numbers.next())
}
