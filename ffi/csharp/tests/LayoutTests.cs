using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Reflection;
using System.Runtime.InteropServices;

namespace Tillbook.Tests
{
    /// <summary>
    /// That the interop part is laid out as the C compiler lays out the header, and passes nothing that needs
    /// marshalling.
    /// </summary>
    public static class LayoutTests
    {
        private const BindingFlags Fields = BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic;

        public static void Structs_are_laid_out_as_in_c()
        {
            var seen = new HashSet<string>();
            foreach (var line in File.ReadAllLines(Runner.Layout))
            {
                var parts = line.Split(' ');
                var dot = parts[0].IndexOf('.');
                var name = dot < 0 ? parts[0] : parts[0].Substring(0, dot);
                var type = typeof(Till).Assembly.GetType("Tillbook." + name, true);
                seen.Add(name);
                if (dot < 0)
                {
                    Expect.Equal(int.Parse(parts[1]), Marshal.SizeOf(type), "unmanaged size of " + name);
                    Expect.Equal(int.Parse(parts[1]), Stride(type), "managed size of " + name);
                    continue;
                }
                var field = type.GetField(parts[0].Substring(dot + 1), Fields);
                Expect.True(field != null, parts[0]);
                Expect.Equal(int.Parse(parts[1]), (int)Marshal.OffsetOf(type, field.Name), "unmanaged " + parts[0]);
                Expect.Equal(int.Parse(parts[2]), Marshal.SizeOf(field.FieldType), "size of " + parts[0]);
                Expect.Equal(int.Parse(parts[1]), Managed(type, field), "managed " + parts[0]);
            }
            var all = typeof(Till).Assembly.GetTypes()
                .Where(type => type.IsValueType && !type.IsEnum && type.Name.StartsWith("tillbook_"));
            Expect.Equal(seen.Count, all.Count(), "structs");
            Expect.True(seen.Count > 50, "structs are compared");
        }

        public static void Structs_are_blittable()
        {
            foreach (var type in typeof(Till).Assembly.GetTypes().Where(type => type.Name.StartsWith("tillbook_")))
            {
                if (type.IsValueType)
                {
                    Expect.True(IsBlittable(type), type.Name);
                    // Pinning refuses anything else.
                    GCHandle.Alloc(Array.CreateInstance(type, 1), GCHandleType.Pinned).Free();
                }
                else
                {
                    var convention = type.GetCustomAttribute<UnmanagedFunctionPointerAttribute>();
                    Expect.Equal(CallingConvention.Cdecl, convention.CallingConvention, type.Name);
                    foreach (var parameter in type.GetMethod("Invoke").GetParameters())
                    {
                        Expect.True(IsBlittable(parameter.ParameterType), type.Name + "." + parameter.Name);
                    }
                }
            }
        }

        public static void Functions_pass_nothing_that_is_marshalled()
        {
            var all = typeof(Till).Assembly.GetTypes()
                .SelectMany(type => type.GetMethods(BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic))
                .Where(method => (method.Attributes & MethodAttributes.PinvokeImpl) != 0).ToList();
            Expect.True(all.Count > 100, "functions are looked at");
            foreach (var method in all)
            {
                var import = method.GetCustomAttribute<DllImportAttribute>();
                Expect.Equal(CharSet.Unicode, import.CharSet, method.Name);
                Expect.True(import.ExactSpelling && import.PreserveSig, method.Name);
                if (import.Value == "tillbook")
                {
                    Expect.Equal(CallingConvention.Cdecl, import.CallingConvention, method.Name);
                    Expect.Equal(method.Name, import.EntryPoint, "entry point");
                }
                Expect.True(IsBlittable(method.ReturnType), method.Name);
                foreach (var parameter in method.GetParameters())
                {
                    var type = parameter.ParameterType;
                    Expect.True(IsBlittable(type.IsByRef ? type.GetElementType() : type),
                        method.Name + "." + parameter.Name);
                }
            }
        }

        /// <summary>
        /// Each function is there, under its name: one that is not fails here and not at a customer's.
        /// </summary>
        public static void Functions_are_in_the_library()
        {
            foreach (var method in typeof(Native).GetMethods(BindingFlags.Static | BindingFlags.Public))
            {
                if ((method.Attributes & MethodAttributes.PinvokeImpl) != 0)
                {
                    Marshal.Prelink(method);
                }
            }
        }

        private static bool IsBlittable(Type type)
        {
            var plain = new[]
            {
                typeof(IntPtr), typeof(UIntPtr), typeof(int), typeof(uint), typeof(long), typeof(ulong), typeof(byte),
                typeof(void),
            };
            return plain.Contains(type) || type.IsValueType && !type.IsPrimitive && !type.IsEnum && type.IsLayoutSequential
                && type.GetFields(Fields).All(field => IsBlittable(field.FieldType));
        }

        /// <summary>
        /// How far two elements of an array are apart: what the runtime itself takes, whatever it marshals.
        /// </summary>
        private static int Stride(Type type)
        {
            var two = Array.CreateInstance(type, 2);
            var handle = GCHandle.Alloc(two, GCHandleType.Pinned);
            try
            {
                var first = Marshal.UnsafeAddrOfPinnedArrayElement(two, 0).ToInt64();
                return (int)(Marshal.UnsafeAddrOfPinnedArrayElement(two, 1).ToInt64() - first);
            }
            finally
            {
                handle.Free();
            }
        }

        /// <summary>Where a field really lies: it is filled, and the first byte that changes is looked for.</summary>
        private static int Managed(Type type, FieldInfo field)
        {
            object boxed = Activator.CreateInstance(type);
            field.SetValue(boxed, Filled(field.FieldType));
            var one = Array.CreateInstance(type, 1);
            one.SetValue(boxed, 0);
            var handle = GCHandle.Alloc(one, GCHandleType.Pinned);
            try
            {
                var at = 0;
                while (Marshal.ReadByte(handle.AddrOfPinnedObject(), at) == 0)
                {
                    at++;
                }
                return at;
            }
            finally
            {
                handle.Free();
            }
        }

        private static object Filled(Type type)
        {
            if (type == typeof(IntPtr))
            {
                return new IntPtr(-1);
            }
            if (type == typeof(UIntPtr))
            {
                return new UIntPtr(uint.MaxValue);
            }
            if (type == typeof(int))
            {
                return -1;
            }
            if (type == typeof(uint))
            {
                return uint.MaxValue;
            }
            if (type == typeof(long))
            {
                return -1L;
            }
            if (type == typeof(ulong))
            {
                return ulong.MaxValue;
            }
            if (type == typeof(byte))
            {
                return byte.MaxValue;
            }
            var boxed = Activator.CreateInstance(type);
            foreach (var field in type.GetFields(Fields))
            {
                field.SetValue(boxed, Filled(field.FieldType));
            }
            return boxed;
        }
    }
}
