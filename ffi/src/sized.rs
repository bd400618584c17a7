//! Structs whose first field is their size: read from and written to programs that were compiled with another release's
//! header.

use std::mem::{MaybeUninit, size_of};

use crate::fault::Fault;

/// A struct that begins with `struct_size`.
///
/// # Safety
/// `repr(C)`, the first field a `usize`, and all bytes zero is a valid value.
pub(crate) unsafe trait SizedStruct: Copy {
    /// What the header calls it.
    const NAME: &'static str;
    /// Its size in the first release that had it. A smaller one is a mistake.
    const FIRST: usize;

    /// What stands where there is nothing yet.
    fn reserved(&self) -> i32 {
        0
    }

    /// All zero, but for the size.
    fn empty() -> Self {
        // Zero is a valid value, and the size stands first.
        unsafe {
            let mut value = MaybeUninit::<Self>::zeroed();
            value.as_mut_ptr().cast::<usize>().write(size_of::<Self>());
            value.assume_init()
        }
    }
}

/// Declares structs that begin with `struct_size`, with their sizes in the first release that had them where fields have
/// been added since (`= 48`); `(reserved)` behind those that come in and have such a field.
macro_rules! sized {
    ($($name:ident $(($reserved:ident))? $(= $first:expr)?),+ $(,)?) => {
        $(unsafe impl $crate::sized::SizedStruct for $name {
            const NAME: &'static str = stringify!($name);
            const FIRST: usize = {
                let first = std::mem::size_of::<$name>();
                $(let first: usize = if first < $first { first } else { $first };)?
                first
            };

            $(fn reserved(&self) -> i32 {
                self.$reserved
            })?
        })+
    };
}
pub(crate) use sized;

/// No struct will ever be larger.
const LARGEST: usize = 64 * 1024;

fn size_at<T: SizedStruct>(at: *const u8) -> Result<usize, Fault> {
    if at.is_null() {
        return Err(Fault::Null(T::NAME));
    }
    // The caller's promise: at least `struct_size` can be read.
    let size = unsafe { at.cast::<usize>().read_unaligned() };
    if (T::FIRST..=LARGEST).contains(&size) {
        Ok(size)
    } else {
        Err(Fault::Struct { name: T::NAME, unknown_fields: false })
    }
}

/// A struct from the program, whatever release's header it was compiled with: what it lacks is zero, and what is unknown
/// here has to be.
///
/// # Safety
/// NULL, or as many readable bytes as the struct's own size says.
pub(crate) unsafe fn read<T: SizedStruct>(at: *const T) -> Result<T, Fault> {
    let at = at.cast::<u8>();
    let size = size_at::<T>(at)?;
    let known = size.min(size_of::<T>());
    for further in known..size {
        if unsafe { at.add(further).read() } != 0 {
            return Err(Fault::Struct { name: T::NAME, unknown_fields: true });
        }
    }
    let mut value = MaybeUninit::<T>::zeroed();
    let value = unsafe {
        at.copy_to_nonoverlapping(value.as_mut_ptr().cast(), known);
        value.assume_init()
    };
    if value.reserved() == 0 { Ok(value) } else { Err(Fault::Struct { name: T::NAME, unknown_fields: true }) }
}

/// As [`read`], for one that may be missing.
///
/// # Safety
/// As [`read`].
pub(crate) unsafe fn read_optional<T: SizedStruct>(at: *const T) -> Result<Option<T>, Fault> {
    if at.is_null() { Ok(None) } else { unsafe { read(at) }.map(Some) }
}

/// A row of structs, each as large as its own `struct_size` says, which is the same for all.
///
/// # Safety
/// NULL, or `count` such structs.
pub(crate) unsafe fn read_row<T: SizedStruct>(
    at: *const T,
    count: usize,
    most: usize,
    field: &'static str,
) -> Result<Vec<T>, Fault> {
    if count == 0 {
        return Ok(Vec::new());
    }
    if count > most {
        return Err(Fault::Value { field, rule: "has too many elements" });
    }
    let first = at.cast::<u8>();
    let stride = size_at::<T>(first)?;
    (0..count)
        .map(|index| {
            let element = unsafe { first.add(index * stride) };
            if size_at::<T>(element)? != stride {
                return Err(Fault::Struct { name: T::NAME, unknown_fields: false });
            }
            unsafe { read(element.cast::<T>()) }
        })
        .collect()
}

/// Where a struct is to be put, checked before anything is done.
pub(crate) struct Place<T> {
    at: *mut u8,
    size: usize,
    of: std::marker::PhantomData<T>,
}

impl<T: SizedStruct> Place<T> {
    /// Checks it.
    ///
    /// # Safety
    /// NULL, or as many writable bytes as the struct's own size says.
    pub(crate) unsafe fn at(at: *mut T) -> Result<Self, Fault> {
        let at = at.cast::<u8>();
        let size = size_at::<T>(at)?;
        Ok(Place { at, size, of: std::marker::PhantomData })
    }

    /// As [`Place::at`], for one that may be missing.
    ///
    /// # Safety
    /// As [`Place::at`].
    pub(crate) unsafe fn optional(at: *mut T) -> Result<Option<Self>, Fault> {
        if at.is_null() { Ok(None) } else { unsafe { Place::at(at) }.map(Some) }
    }

    /// Fills it: what the program does not know is left out, what this library does not know is zero.
    pub(crate) fn put(&self, value: &T) {
        let known = self.size.min(size_of::<T>());
        unsafe {
            std::ptr::from_ref(value).cast::<u8>().copy_to_nonoverlapping(self.at, known);
            self.at.add(known).write_bytes(0, self.size - known);
            self.at.cast::<usize>().write_unaligned(self.size);
        }
    }
}

/// Where a pointer or a number is to be put.
pub(crate) struct Out<T>(*mut T);

impl<T> Out<T> {
    /// Checks it.
    ///
    /// # Safety
    /// NULL, or a place for one.
    pub(crate) unsafe fn at(at: *mut T, name: &'static str) -> Result<Self, Fault> {
        if at.is_null() { Err(Fault::Null(name)) } else { Ok(Out(at)) }
    }

    /// Fills it.
    pub(crate) fn put(&self, value: T) {
        unsafe { self.0.write_unaligned(value) };
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[repr(C)]
    #[derive(Clone, Copy)]
    struct Older {
        struct_size: usize,
        one: i64,
    }

    #[repr(C)]
    #[derive(Clone, Copy)]
    struct Newer {
        struct_size: usize,
        one: i64,
        two: i64,
    }

    // `Newer` is `Older` after a field was added.
    unsafe impl SizedStruct for Older {
        const NAME: &'static str = "s";
        const FIRST: usize = 16;
    }
    unsafe impl SizedStruct for Newer {
        const NAME: &'static str = "s";
        const FIRST: usize = 16;
    }

    #[test]
    fn an_older_programs_struct_is_filled_up_with_zero() {
        let older = Older { struct_size: size_of::<Older>(), one: 7 };
        let read = unsafe { read::<Newer>((&raw const older).cast()) }.unwrap();
        assert_eq!((read.one, read.two), (7, 0));
    }

    #[test]
    fn a_newer_programs_struct_is_taken_as_long_as_it_asks_for_nothing_new() {
        let mut newer = Newer { struct_size: size_of::<Newer>(), one: 7, two: 0 };
        assert_eq!(unsafe { read::<Older>((&raw const newer).cast()) }.unwrap().one, 7);
        newer.two = 1;
        let refused = unsafe { read::<Older>((&raw const newer).cast()) };
        assert!(matches!(refused, Err(Fault::Struct { unknown_fields: true, .. })));
    }

    #[test]
    fn a_size_that_cannot_be_is_a_mistake() {
        for size in [0, 1, 15, LARGEST + 1, usize::MAX] {
            let older = Older { struct_size: size, one: 0 };
            assert!(matches!(unsafe { read(&raw const older) }, Err(Fault::Struct { .. })), "{size}");
        }
        assert!(matches!(unsafe { read::<Older>(std::ptr::null()) }, Err(Fault::Null("s"))));
    }

    #[test]
    fn nothing_is_written_behind_an_older_programs_struct() {
        let mut memory = [Older { struct_size: size_of::<Older>(), one: 1 }, Older { struct_size: 99, one: 99 }];
        let place = unsafe { Place::<Newer>::at(memory.as_mut_ptr().cast()) }.unwrap();
        place.put(&Newer { struct_size: size_of::<Newer>(), one: 5, two: 6 });
        assert_eq!((memory[0].struct_size, memory[0].one), (size_of::<Older>(), 5));
        assert_eq!((memory[1].struct_size, memory[1].one), (99, 99));
    }
}
