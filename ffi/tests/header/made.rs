//! Makes the header: what cbindgen makes of the source, and the inline functions that depend on the program's own compiler.

use std::path::{Path, PathBuf};

/// The crate's folder.
pub(crate) fn here() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// The header, as it ships.
pub(crate) fn shipped() -> PathBuf {
    here().join("../include/tillbook.h")
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

/// The names of the structs that begin with their size, in order.
pub(crate) fn sized_structs(header: &str) -> Vec<String> {
    let mut names = Vec::new();
    let mut inside: Option<&str> = None;
    for line in header.lines() {
        let line = line.trim();
        if let Some(name) = line.strip_prefix("typedef struct ").and_then(|rest| rest.strip_suffix(" {")) {
            inside = Some(name);
        } else if line == "size_t struct_size;" {
            names.extend(inside.take().map(str::to_owned));
        }
    }
    names
}

fn with_inline_functions(text: &str) -> String {
    let mut inline = String::from(
        "\n/* Text from a NUL-terminated string. */\n\
         static inline tillbook_str tillbook_str_of(const char *text) {\n\
         \x20 tillbook_str it;\n\
         \x20 it.data = text;\n\
         \x20 it.size = text ? TILLBOOK_NUL_TERMINATED : 0;\n\
         \x20 return it;\n\
         }\n\n\
         /* Sets structs up: all zero, but for the size that this program knows. */\n",
    );
    for name in sized_structs(text) {
        inline.push_str(&format!(
            "static inline void {name}_init({name} *it) {{\n  memset(it, 0, sizeof *it);\n  it->struct_size = sizeof *it;\n}}\n"
        ));
    }
    // Behind the declarations: before the end of `extern "C"`, which is the last one.
    let end = text.rfind("#ifdef __cplusplus").expect("extern \"C\" is closed");
    let (head, tail) = text.split_at(end);
    format!("{head}{}\n{tail}", inline.trim_start_matches('\n'))
}

/// Writes the header if it is asked for, as `TILLBOOK_BLESS=1 cargo test -p tillbook-ffi --test header`.
pub(crate) fn blessed(path: &Path, text: &str) {
    if std::env::var_os("TILLBOOK_BLESS").is_some() {
        std::fs::write(path, text).expect("the file is written");
    }
}
