//! Makes the header: what cbindgen makes of the source, and the inline functions that depend on the program's own compiler.
//! And reads it back.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

/// How generated files are written anew.
pub(crate) const HOW: &str = "TILLBOOK_BLESS=1 cargo test -p tillbook-ffi --test header";

/// The crate's folder.
pub(crate) fn here() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// The header, as it ships.
pub(crate) fn shipped() -> PathBuf {
    here().join("../include/tillbook.h")
}

/// Writes a generated file, if that is asked for.
pub(crate) fn blessed(path: &Path, text: &str) {
    if std::env::var_os("TILLBOOK_BLESS").is_some() {
        std::fs::write(path, text).expect("the file is written");
    }
}

/// The header, made anew.
pub(crate) fn made() -> String {
    let config = cbindgen::Config::from_file(here().join("cbindgen.toml")).expect("cbindgen.toml is read");
    let bindings = cbindgen::Builder::new().with_config(config).with_crate(here()).generate();
    let mut text = Vec::new();
    bindings.expect("the source is understood").write(&mut text);
    let text = String::from_utf8(text).expect("a header is text");
    with_inline_functions(&with_braces(&text))
}

/// `#define A -1` as `#define A (-1)`, so that it is one value in every expression.
fn with_braces(text: &str) -> String {
    let brace = |line: &str| match line.strip_prefix("#define ").and_then(|rest| rest.split_once(" -")) {
        Some((name, number)) => format!("#define {name} (-{number})"),
        None => line.to_owned(),
    };
    text.lines().map(|line| brace(line) + "\n").collect()
}

fn with_inline_functions(text: &str) -> String {
    let mut inline = String::from(
        "/* Text from a NUL-terminated string. */\n\
         static inline tillbook_str tillbook_str_of(const char *text) {\n\
         \x20 tillbook_str it;\n\
         \x20 it.data = text;\n\
         \x20 it.size = text ? TILLBOOK_NUL_TERMINATED : 0;\n\
         \x20 return it;\n\
         }\n\n\
         /* Sets structs up: all zero, but for the size that this program knows. */\n",
    );
    for it in Declarations::of(text).structs.iter().filter(|it| it.is_sized()) {
        let name = &it.name;
        writeln!(
            inline,
            "static inline void {name}_init({name} *it) {{\n  memset(it, 0, sizeof *it);\n  it->struct_size = sizeof *it;\n}}"
        )
        .expect("text grows");
    }
    // Behind the declarations: before the end of `extern "C"`, which is the last one.
    let end = text.rfind("#ifdef __cplusplus").expect("extern \"C\" is closed");
    let (head, tail) = text.split_at(end);
    format!("{head}{inline}\n{tail}")
}

/// A struct and its fields, each as it is declared.
pub(crate) struct Struct {
    pub(crate) name: String,
    pub(crate) fields: Vec<String>,
}

impl Struct {
    fn is_sized(&self) -> bool {
        self.fields.first().is_some_and(|field| field == "size_t struct_size")
    }

    /// The fields' names.
    fn names(&self) -> impl Iterator<Item = String> {
        self.fields.iter().map(|field| {
            let plain = field.split('[').next().unwrap_or_default();
            match plain.split_once("(*") {
                Some((_, rest)) => rest.split(')').next().unwrap_or_default().to_owned(),
                None => plain.rsplit([' ', '*']).next().unwrap_or_default().to_owned(),
            }
        })
    }
}

/// What a header declares. It is read as cbindgen writes it, which the test of the shipped one makes sure of.
pub(crate) struct Declarations {
    pub(crate) constants: Vec<(String, String)>,
    pub(crate) structs: Vec<Struct>,
    pub(crate) functions: Vec<String>,
}

impl Declarations {
    pub(crate) fn of(header: &str) -> Self {
        let mut told = Declarations { constants: Vec::new(), structs: Vec::new(), functions: Vec::new() };
        let code = header.split("*/\n").nth(1).map_or(header, |_| {
            let head = header.find("#ifndef TILLBOOK_H").unwrap_or(0);
            &header[head..]
        });
        let mut lines = code.lines().map(str::trim).filter(|line| !line.starts_with("//") && !line.is_empty());
        while let Some(line) = lines.next() {
            if let Some((name, value)) = line.strip_prefix("#define TILLBOOK_").and_then(|rest| rest.split_once(' ')) {
                told.constants.push((format!("TILLBOOK_{name}"), value.to_owned()));
            } else if let Some(name) = line.strip_prefix("typedef struct ").and_then(|rest| rest.strip_suffix(" {")) {
                let body = statements(&mut lines, "} ");
                told.structs.push(Struct { name: name.to_owned(), fields: body });
            } else if line.contains(" tillbook_") || line.contains("*tillbook_") {
                if line.starts_with("typedef") || line.starts_with("static inline") || !line.contains('(') {
                    continue;
                }
                let mut whole = line.to_owned();
                while !whole.ends_with(';') {
                    let Some(more) = lines.next() else { break };
                    whole = format!("{whole} {more}");
                }
                told.functions.push(spaced(whole.trim_end_matches(';')));
            }
        }
        told
    }
}

fn statements<'a>(lines: &mut impl Iterator<Item = &'a str>, end: &str) -> Vec<String> {
    let mut all = Vec::new();
    let mut whole = String::new();
    for line in lines {
        if line.starts_with(end) {
            break;
        }
        whole = format!("{whole} {line}");
        if whole.ends_with(';') {
            all.push(spaced(whole.trim_end_matches(';')));
            whole.clear();
        }
    }
    all
}

fn spaced(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ").replace("( ", "(")
}

/// The name of a function by its declaration.
pub(crate) fn name_of(function: &str) -> String {
    let before = function.split('(').next().unwrap_or_default();
    before.rsplit([' ', '*']).next().unwrap_or_default().to_owned()
}

/// A Rust file that lists every struct's size and every field's place.
pub(crate) fn layout_table(declared: &Declarations) -> String {
    let mut text = String::from(
        "//! Every struct's size and every field's place, as Rust has them. Generated with the header.\n\n\
         use std::mem::{offset_of, size_of};\n\n\
         use tillbook_ffi as ffi;\n\n\
         #[rustfmt::skip]\n\
         pub(crate) const FIELDS: &[(&str, usize)] = &[\n",
    );
    for it in &declared.structs {
        let name = &it.name;
        // A line for each struct.
        write!(text, "    (\"{name}\", size_of::<ffi::{name}>()),").expect("text grows");
        for field in it.names() {
            write!(text, " (\"{name}.{field}\", offset_of!(ffi::{name}, {field})),").expect("text grows");
        }
        text.push('\n');
    }
    text.push_str("];\n");
    text
}

/// A C program that prints the same, and how large each field is.
pub(crate) fn layout_program(declared: &Declarations) -> String {
    let mut text = String::from("#include <stdio.h>\n#include \"tillbook.h\"\nint main(void) {\n");
    for it in &declared.structs {
        let name = &it.name;
        writeln!(text, "  printf(\"{name} %zu\\n\", sizeof({name}));").expect("text grows");
        for field in it.names() {
            let size = format!("sizeof((({name} *)0)->{field})");
            writeln!(text, "  printf(\"{name}.{field} %zu %zu\\n\", offsetof({name}, {field}), {size});")
                .expect("text grows");
        }
    }
    text.push_str("  return 0;\n}\n");
    text
}
