using System;
using System.Diagnostics;
using System.Linq;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Threading;
using System.Threading.Tasks;

namespace Tillbook.Tests
{
    /// <summary>Callbacks, and the ends of tills: disposed, closed, collected, left behind.</summary>
    public static class EndingTests
    {
        public static void Disposing_twice_is_fine_and_using_after_it_is_told()
        {
            var path = Book.New();
            var till = Till.Open(path, Sandbox.Sandy());
            till.Dispose();
            till.Dispose();
            till.Close(TimeSpan.Zero);
            Expect.True(till.IsDisposed, "disposed");
            Expect.Throws<ObjectDisposedException>(() => till.Status());
            Expect.Throws<ObjectDisposedException>(() => till.Levels());
            Expect.Throws<ObjectDisposedException>(() => till.Consume(new ConsumeRequest { Card = "A", Total = 1 }));
            Expect.Throws<ObjectDisposedException>(() => till.StatusChanged += (sender, e) => { });
            Till.Open(path, Sandbox.Sandy()).Dispose();
        }

        public static void A_closed_till_says_so()
        {
            using (var till = Sandbox.Open())
            {
                till.Close(TimeSpan.FromSeconds(1));
                till.Close(TimeSpan.FromSeconds(1));
                var closed = Expect.Throws<ClosedException>(() => till.Status());
                Expect.Equal(Status.Closed, closed.Status);
                Expect.Equal(ErrorDomain.Life, closed.Domain);
                Expect.Throws<ClosedException>(() => till.StatusChanged += (sender, e) => { });
            }
        }

        public static void Disposing_ends_a_call_that_waits_elsewhere()
        {
            var card = Sandbox.Card(100);
            var till = Sandbox.Open();
            till.ServeCard(card);
            Sandbox.Fault("consume", card, "delay:4000");
            var waiting = till.ConsumeAsync(new ConsumeRequest
            {
                Card = card, Total = 10, OpId = "w", Delivery = Delivery.RequireOnline, Timeout = TimeSpan.FromSeconds(20),
            });
            Expect.Soon(() => Known(till, "w"), "it waits");
            var watch = Stopwatch.StartNew();
            till.Dispose();
            var thrown = Expect.Throws<AggregateException>(() => waiting.Wait()).InnerException;
            Expect.True(thrown is ClosedException, thrown.GetType().Name);
            Expect.True(watch.ElapsedMilliseconds < 3500, "it took " + watch.ElapsedMilliseconds + " ms");
        }

        private static bool Known(Till till, string opId)
        {
            try
            {
                return till.Operation(opId) != null;
            }
            catch (NotFoundException)
            {
                return false;
            }
        }

        public static void Events_come_on_another_thread_and_end_with_their_handlers()
        {
            var card = Sandbox.Card(100);
            using (var till = Sandbox.Open())
            {
                int calls = 0, thread = 0;
                SyncStatus last = null;
                EventHandler<StatusEventArgs> handler = (sender, e) =>
                {
                    thread = Thread.CurrentThread.ManagedThreadId;
                    last = e.Status;
                    Interlocked.Increment(ref calls);
                };
                till.StatusChanged += handler;
                Expect.Soon(() => calls > 0, "the first one comes at once");
                Expect.True(thread != Thread.CurrentThread.ManagedThreadId, "on another thread");
                var seen = calls;
                till.ServeCard(card);
                Expect.Soon(() => calls > seen && last.Link == LinkState.Up, "a change is told");
                till.StatusChanged -= handler;
                Expect.Soon(() => Relay.Count == 0, "it is given back");
                seen = calls;
                till.Consume(new ConsumeRequest { Card = card, Total = 1 });
                Expect.Equal(seen, calls, "calls after the handler was removed");
                till.StatusChanged += handler;
                Expect.Soon(() => calls > seen, "it can be added again");
            }
            Expect.Soon(() => Relay.Count == 0, "closing gives it back");
        }

        public static void A_notification_is_told_as_it_comes()
        {
            var card = Sandbox.Card(100);
            var cable = new Cable();
            using (var till = Sandbox.Open(null, new OpenOptions { Transport = cable }))
            {
                Notice told = null;
                till.NoticeArrived += (sender, e) => told = e.Notice;
                till.StartWorker();
                till.ServeCard(card);
                cable.Pulled = true;
                till.Consume(new ConsumeRequest { Card = card, Total = 60, OpId = "owed", Discountable = 0 });
                Sandbox.Post("withdraw", "{\"card\":\"" + card + "\",\"money\":90,\"who\":\"office\"}");
                cable.Pulled = false;
                Expect.Soon(() => told != null && told.OpId == "owed", "the notification comes");
                Expect.Equal(NoticeKind.Rejected, told.Kind);
                Expect.Equal(card, told.Card);
            }
            Expect.Soon(() => Relay.Count == 0, "listener and transport are given back");
        }

        public static void What_a_handler_throws_stays_here_and_is_told()
        {
            var card = Sandbox.Card(100);
            using (var till = Sandbox.Open())
            {
                var calls = 0;
                CallbackFailedEventArgs failed = null;
                till.CallbackFailed += (sender, e) => failed = e;
                till.CallbackFailed += (sender, e) => { throw new Exception("the last resort fails too"); };
                till.StatusChanged += (sender, e) =>
                {
                    Interlocked.Increment(ref calls);
                    throw new InvalidOperationException("挂了");
                };
                Expect.Soon(() => failed != null, "it is told");
                Expect.Equal("StatusChanged", failed.Callback);
                Expect.Equal("挂了", failed.Exception.Message);
                var seen = calls;
                till.ServeCard(card);
                Expect.Soon(() => calls > seen, "and it is called again");
            }
        }

        public static void A_handler_may_dispose_its_till()
        {
            for (var round = 0; round < 20; round++)
            {
                var till = Sandbox.Open();
                var after = "";
                till.StatusChanged += (sender, e) =>
                {
                    ((Till)sender).Dispose();
                    try
                    {
                        ((Till)sender).Status();
                    }
                    catch (ObjectDisposedException)
                    {
                        after = "disposed";
                    }
                };
                Expect.Soon(() => after == "disposed" && Relay.Count == 0, "round " + round);
            }
        }

        public static void A_handler_may_remove_itself_and_call_the_till()
        {
            using (var till = Sandbox.Open())
            {
                var calls = 0;
                EventHandler<StatusEventArgs> handler = null;
                handler = (sender, e) =>
                {
                    till.StatusChanged -= handler;
                    till.Notices();
                    Interlocked.Increment(ref calls);
                };
                till.StatusChanged += handler;
                Expect.Soon(() => Relay.Count == 0, "it is gone");
                Expect.Equal(1, calls);
            }
        }

        public static void Callbacks_live_through_garbage_collections()
        {
            var card = Sandbox.Card(1000);
            var cable = new Cable();
            using (var till = Sandbox.Open(null, new OpenOptions { Transport = cable }))
            {
                var calls = 0;
                till.StatusChanged += (sender, e) => Interlocked.Increment(ref calls);
                till.NoticeArrived += (sender, e) => Interlocked.Increment(ref calls);
                till.StartWorker();
                Library.SetLog(LogLevel.Debug, record => Interlocked.Increment(ref calls));
                for (var round = 1; round <= 25; round++)
                {
                    var seen = calls;
                    till.Consume(new ConsumeRequest { Card = card, Total = round * 0.01m });
                    Expect.Soon(() =>
                    {
                        GC.Collect();
                        GC.WaitForPendingFinalizers();
                        return calls > seen;
                    }, "a call after collections, round " + round);
                }
                Library.SetLog(LogLevel.Off, null);
                Expect.True(cable.Sent >= 25, cable.Sent + " sent");
            }
            Expect.Soon(() => Relay.Count == 0, "all is given back");
        }

        public static void A_till_that_is_forgotten_is_closed_by_the_collector()
        {
            var path = Book.New();
            Forgotten(path);
            Expect.Soon(() =>
            {
                GC.Collect();
                GC.WaitForPendingFinalizers();
                return Relay.Count == 0;
            }, "its listener is given back");
            Till.Open(path, Sandbox.Sandy()).Dispose();
        }

        [MethodImpl(MethodImplOptions.NoInlining)]
        private static void Forgotten(string path)
        {
            // On a stack of its own: the collector looks at stacks conservatively.
            var thread = new Thread(() =>
            {
                var till = Till.Open(path, Sandbox.Sandy());
                till.StatusChanged += (sender, e) => { };
                till.Levels();
            });
            thread.Start();
            thread.Join();
        }

        public static void A_till_that_cannot_be_opened_gives_its_transport_back()
        {
            var config = Sandbox.Sandy();
            config.Sandy.Guid = null;
            Expect.Throws<InvalidConfigException>(
                () => Sandbox.Open(config, new OpenOptions { Transport = new Cable() }));
            Expect.Soon(() => Relay.Count == 0, "the transport");
        }

        public static void A_transport_that_throws_has_perhaps_sent()
        {
            var card = Sandbox.Card(100);
            var cable = new Cable();
            using (var till = Sandbox.Open(null, new OpenOptions { Transport = cable }))
            {
                CallbackFailedEventArgs failed = null;
                till.CallbackFailed += (sender, e) => failed = e;
                till.ServeCard(card);
                cable.Thrown = new InvalidOperationException("the modem burns");
                var receipt = till.Consume(new ConsumeRequest { Card = card, Total = 10, OpId = "t" });
                Expect.Equal("Transport", failed.Callback);
                Expect.Equal("the modem burns", failed.Exception.Message);
                // Not sent yet: a read came first. From now on the write itself throws.
                Expect.Equal(Promise.OfflineApproved, receipt.Promise);
                cable.Thrown = null;
                Expect.Soon(() => till.Sync(TimeSpan.FromSeconds(1)).Queued == 0, "it is sent after all");
                Expect.Equal(OperationState.Settled, till.Operation("t").State);
                Expect.Equal(92m, till.ServeCard(card).MoneyConfirmed);
            }
        }

        public static void The_log_is_told_or_fetched()
        {
            LogRecord told = null;
            CallbackFailedEventArgs failed = null;
            EventHandler<CallbackFailedEventArgs> handler = (sender, e) => failed = e;
            Library.CallbackFailed += handler;
            Library.SetLog(LogLevel.Debug, record =>
            {
                told = record;
                throw new Exception("the sink is full");
            });
            var cable = new Cable { Pulled = true };
            using (var till = Sandbox.Open(null, new OpenOptions { Transport = cable }))
            {
                till.ServePhone(Sandbox.Phone());
                Expect.Soon(() => told != null && failed != null, "a line");
            }
            Library.CallbackFailed -= handler;
            Expect.True(told.Text.Length > 0 && told.Level != LogLevel.Off, told.Text);
            Expect.Equal("Log", failed.Callback);
            Library.SetLog(LogLevel.Debug, null);
            Expect.Soon(() => Relay.Count == 0, "the sink is given back");
            using (var till = Sandbox.Open(null, new OpenOptions { Transport = cable }))
            {
                till.ServePhone(Sandbox.Phone());
            }
            Expect.True(Library.NextLog() != null, "a line waits");
            Library.SetLog(LogLevel.Off, null);
            while (Library.NextLog() != null)
            {
            }
        }

        /// <summary>With a till open, while callbacks come: it ends, and with its own exit code.</summary>
        public static void A_program_may_end_with_a_till_open()
        {
            foreach (var ending in new[] { "return", "exit", "throw", "inside" })
            {
                var child = new ProcessStartInfo
                {
                    FileName = Process.GetCurrentProcess().MainModule.FileName,
                    Arguments = string.Format("\"{0}\" --child {1} \"{2}\" {3}",
                        Assembly.GetExecutingAssembly().Location, ending, Book.New(), Sandbox.Url),
                    UseShellExecute = false,
                    RedirectStandardError = true,
                };
                using (var process = Process.Start(child))
                {
                    var errors = process.StandardError.ReadToEndAsync();
                    if (!process.WaitForExit(20000))
                    {
                        process.Kill();
                        throw new TimeoutException(ending + " hangs");
                    }
                    var expected = ending == "throw" ? 1 : 7;
                    Expect.True(process.ExitCode == expected, ending + ": " + process.ExitCode + errors.Result);
                }
            }
        }

        /// <summary>A domain that is unloaded takes its till with it, and leaves the process to others.</summary>
        public static void A_domain_may_be_unloaded_with_a_till_open()
        {
            var domain = AppDomain.CreateDomain("guest");
            var path = Book.New();
            domain.SetData("path", path);
            domain.SetData("url", Sandbox.Url);
            domain.DoCallBack(Guest);
            Expect.Throws<BookException>(() => Till.Open(path, Sandbox.Sandy()));
            AppDomain.Unload(domain);
            Till.Open(path, Sandbox.Sandy()).Dispose();
        }

        private static void Guest()
        {
            Sandbox.Url = (string)AppDomain.CurrentDomain.GetData("url");
            var till = Till.Open((string)AppDomain.CurrentDomain.GetData("path"), Sandbox.Sandy(),
                new OpenOptions { Transport = new Cable() });
            AppDomain.CurrentDomain.SetData("till", till);
            var calls = 0;
            till.StatusChanged += (sender, e) => Interlocked.Increment(ref calls);
            till.StartWorker();
            till.PullCatalogue();
            Expect.Soon(() => calls > 0, "a callback in the domain");
        }

        internal static int Child(string[] arguments)
        {
            Sandbox.Url = arguments[3];
            var till = Till.Open(arguments[2], Sandbox.Sandy(), new OpenOptions { Transport = new Cable() });
            var calls = 0;
            var atRest = new ManualResetEventSlim();
            till.StatusChanged += (sender, e) =>
            {
                Interlocked.Increment(ref calls);
                if (arguments[1] == "inside")
                {
                    atRest.Wait();
                    Environment.Exit(7);
                }
            };
            Library.SetLog(LogLevel.Debug, record => Interlocked.Increment(ref calls));
            till.StartWorker();
            till.PullCatalogue();
            Expect.Soon(() => calls > 0, "a callback");
            switch (arguments[1])
            {
                case "exit":
                    Environment.Exit(7);
                    return 0;
                case "throw":
                    throw new Exception("on purpose");
                case "inside":
                    atRest.Set();
                    Thread.Sleep(15000);
                    return 0;
                default:
                    return 7;
            }
        }
    }
}
