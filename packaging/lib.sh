# shellcheck shell=bash
# What the scripts of this directory share. Sourced from the root of the sources.

# Ends the script with a reason.
die() {
    echo "${0##*/}: $*" >&2
    exit 1
}

# Runs a command as root, with sudo where we are not root.
as_root() {
    if [ "$(id -u)" -eq 0 ]; then
        "$@"
    else
        sudo "$@"
    fi
}

# Installs the Debian packages that are missing. Costs nothing where all are there.
need() {
    local package missing=()
    for package in "$@"; do
        if [ "$(dpkg-query --show --showformat='${db:Status-Status}' "$package" 2>/dev/null)" != installed ]; then
            missing+=("$package")
        fi
    done
    if [ ${#missing[@]} -eq 0 ]; then
        return 0
    fi
    echo "installing ${missing[*]}"
    as_root apt-get update --quiet --quiet
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install --quiet --quiet --yes --no-install-recommends "${missing[@]}" \
        >/dev/null
}

# The triple of this machine.
host_triple() {
    "${RUSTC:-rustc}" --version --verbose | sed -n 's/^host: //p'
}

# The prefix of the C tool chain for a triple: nothing for the machine's own.
tool_prefix() {
    case $1 in
        "$(host_triple)") ;;
        x86_64-*-windows-gnu) echo x86_64-w64-mingw32- ;;
        i686-*-windows-gnu) echo i686-w64-mingw32- ;;
        aarch64-unknown-linux-gnu) echo aarch64-linux-gnu- ;;
        armv7-unknown-linux-gnueabihf) echo arm-linux-gnueabihf- ;;
        *) die "no C tool chain is known for $1" ;;
    esac
}

# The crate's version, out of the manifests.
version() {
    "${CARGO:-cargo}" pkgid --offline -p tillbook-ffi | sed 's/.*[#@]//'
}

# The number that the shared library's name has: the one place is the constant in ffi/src/abi.rs.
abi_major() {
    local abi
    abi=$(sed -n 's/^pub const TILLBOOK_ABI_MAJOR: u32 = \([0-9]*\);.*/\1/p' ffi/src/abi.rs)
    [[ $abi =~ ^[0-9]+$ ]] || die "ffi/src/abi.rs has no TILLBOOK_ABI_MAJOR"
    echo "$abi"
}

# The names that a DLL exports. Newer binutils tell each one's ordinal and address too.
dll_exports() {
    "${prefix:-}objdump" -p "$1" | sed -n '/^\[Ordinal\/Name Pointer\]/,/^$/s/^[[:space:]]*\[ *[0-9]*\]\( *+base\[ *[0-9]*\] *[0-9a-f]*\)\{0,1\} \([^ ]*\)$/\2/p'
}
