// The tests: every public method of every class here whose name ends in "Tests".
//
//     mono tests.exe LAYOUT URL FOLDER [PART-OF-A-NAME]
//
// LAYOUT is what the C program of `generate --layout` said, URL a running sandbox, FOLDER a place for books.

using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.IO;
using System.Linq;
using System.Reflection;
using System.Threading;
using System.Threading.Tasks;

namespace Tillbook.Tests
{
    internal static class Runner
    {
        internal static string Layout;
        internal static string Folder;

        private static int Main(string[] arguments)
        {
            if (arguments.Length > 1 && arguments[0] == "--child")
            {
                return EndingTests.Child(arguments);
            }
            Layout = arguments[0];
            Sandbox.Url = arguments[1];
            Folder = arguments[2];
            var part = arguments.Length > 3 ? arguments[3] : "";
            int passed = 0, failed = 0;
            foreach (var type in typeof(Runner).Assembly.GetTypes().OrderBy(type => type.Name))
            {
                if (!type.Name.EndsWith("Tests", StringComparison.Ordinal))
                {
                    continue;
                }
                foreach (var test in type.GetMethods(BindingFlags.Public | BindingFlags.Static))
                {
                    var name = type.Name + "." + test.Name;
                    if (name.IndexOf(part, StringComparison.Ordinal) < 0)
                    {
                        continue;
                    }
                    var watch = Stopwatch.StartNew();
                    var failure = Run(test);
                    if (watch.ElapsedMilliseconds > 5000)
                    {
                        Console.WriteLine("{0} took {1:F1} s", name, watch.Elapsed.TotalSeconds);
                    }
                    if (failure == null)
                    {
                        passed++;
                        continue;
                    }
                    failed++;
                    Console.WriteLine("FAILED {0}\n    {1}", name, failure.ToString().Replace("\n", "\n    "));
                }
            }
            Console.WriteLine("tests: {0} passed, {1} failed", passed, failed);
            return failed == 0 && passed > 0 ? 0 : 1;
        }

        /// <summary>What a test threw. One that hangs fails, and is left behind.</summary>
        private static Exception Run(MethodInfo test)
        {
            Library.Language = Language.English;
            var running = Task.Run(() => test.Invoke(null, null));
            try
            {
                return running.Wait(TimeSpan.FromSeconds(60)) ? null : new TimeoutException("it hangs");
            }
            catch (AggregateException exception)
            {
                return exception.GetBaseException() is TargetInvocationException
                    ? exception.GetBaseException().InnerException
                    : exception.GetBaseException();
            }
        }
    }

    /// <summary>What a test expects.</summary>
    internal static class Expect
    {
        internal static void True(bool said, string what)
        {
            if (!said)
            {
                throw new Exception(what);
            }
        }

        internal static void Equal<T>(T expected, T found, string what = "")
        {
            if (!EqualityComparer<T>.Default.Equals(expected, found))
            {
                throw new Exception(string.Format("{0}: expected {1}, found {2}", what, expected, found));
            }
        }

        internal static T Throws<T>(Action act) where T : Exception
        {
            try
            {
                act();
            }
            catch (T exception)
            {
                return exception;
            }
            catch (Exception exception)
            {
                throw new Exception("expected " + typeof(T).Name, exception);
            }
            throw new Exception("expected " + typeof(T).Name + ", and nothing was thrown");
        }

        /// <summary>Waits for what another thread brings about.</summary>
        internal static void Soon(Func<bool> done, string what)
        {
            var until = DateTime.UtcNow.AddSeconds(20);
            while (!done())
            {
                if (DateTime.UtcNow > until)
                {
                    throw new TimeoutException(what);
                }
                Thread.Sleep(5);
            }
        }
    }

    /// <summary>A new folder for a test's books.</summary>
    internal static class Book
    {
        private static int number;

        internal static string New(string name = "till")
        {
            var folder = Path.Combine(Runner.Folder, Interlocked.Increment(ref number).ToString());
            Directory.CreateDirectory(folder);
            return Path.Combine(folder, name + ".db");
        }
    }
}
