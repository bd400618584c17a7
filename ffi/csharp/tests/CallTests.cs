using System;
using System.IO;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;

namespace Tillbook.Tests
{
    /// <summary>Calls, their results and their errors, at a sandbox of the remote.</summary>
    public static class CallTests
    {
        private const string Emoji = "王小明😀";

        public static void The_library_tells_about_itself()
        {
            Expect.True(Library.Version.Split('.').Length == 3, Library.Version);
            Expect.True(Library.SqliteVersion.StartsWith("3."), Library.SqliteVersion);
            Expect.True(Library.HasHttp, "it has a transport");
            Expect.Equal(1L, Library.AbiVersion >> 16);
            Expect.True(Library.Services().Any(it => it.Provider == "sandy" && it.Kind == OperationKind.Consume
                && it.Guarantee == Guarantee.Probe && it.Endpoint == "consume"), "services");
            Expect.Equal("", Library.Label((Promise)77));
            var english = Library.Label(Promise.OfflineApproved);
            Library.Language = Language.Chinese;
            var chinese = Library.Label(Promise.OfflineApproved);
            Expect.True(english.All(letter => letter < 128) && chinese.Any(letter => letter > 0x4e00), chinese);
        }

        public static void A_till_opens_by_object_by_json_and_by_file()
        {
            var card = Sandbox.Card(100);
            var json = "{\"merchant\":\"面馆\",\"store\":\"1\",\"till\":\"1\",\"sandy\":{\"base_url\":\"" + Sandbox.Url +
                "\",\"token\":\"test\",\"guid\":\"{DEFAULT-AUTO-8E5A-BDE2-34ABA1BD956C9}\"}}";
            var file = Book.New() + ".json";
            File.WriteAllText(file, json);
            var opened = new Func<Till>[]
            {
                () => Sandbox.Open(), () => Till.OpenJson(Book.New("账本🧾"), json), () => Till.OpenFile(Book.New(), file),
            };
            foreach (var open in opened)
            {
                using (var till = open())
                {
                    Expect.Equal(100m, till.ServeCard(card).MoneyConfirmed);
                }
            }
        }

        public static void A_faulty_configuration_names_its_key()
        {
            var config = Sandbox.Sandy();
            config.Sandy.Token = null;
            Expect.Equal("sandy.token", Expect.Throws<InvalidConfigException>(() => Sandbox.Open(config)).Field);
            config = Sandbox.Sandy();
            config.Settings = "{\"pace\":1}";
            Expect.Throws<InvalidConfigException>(() => Sandbox.Open(config));
            config = Sandbox.Sandy();
            config.UtcOffset = TimeSpan.FromSeconds(90);
            Expect.Throws<ArgumentException>(() => Sandbox.Open(config));
            Expect.Throws<ArgumentNullException>(() => Till.Open(Book.New(), null));
            Expect.Throws<ArgumentNullException>(() => Till.Open(null, Sandbox.Sandy()));
            Expect.Throws<ArgumentNullException>(() => Till.OpenJson(Book.New(), null));
        }

        public static void The_policy_is_what_was_configured()
        {
            var config = Sandbox.Sandy();
            using (var till = Sandbox.Open(config))
            {
                var policy = till.Policy();
                Expect.Equal((decimal?)200m, policy.FloorLimit);
                Expect.Equal((decimal?)500m, policy.CardLimit);
                Expect.Equal((decimal?)5000m, policy.OutageLimit);
                Expect.Equal((TimeSpan?)TimeSpan.FromDays(1), policy.BaseMaxAge);
                Expect.Equal((bool?)true, policy.UnconfirmedRechargePrincipal);
                Expect.Equal(0, policy.CouponTemplates.Count);
                // What one operation may take, since more than that is never approved.
                Expect.Equal(200m, till.Headroom().Money);
                Expect.Equal(200L, till.Headroom().Operations);
            }
            config.Policy = new OfflinePolicy
            {
                FloorLimit = 12.5m, CardLimit = 0, OutageOperations = 7, UnknownCard = true,
                ClockTolerance = TimeSpan.FromMinutes(1), CouponTemplates = new[] { "a", "茶" },
            };
            using (var till = Sandbox.Open(config))
            {
                var policy = till.Policy();
                Expect.Equal((decimal?)12.5m, policy.FloorLimit);
                Expect.Equal((decimal?)0m, policy.CardLimit);
                Expect.Equal((decimal?)5000m, policy.OutageLimit);
                Expect.Equal((long?)7, policy.OutageOperations);
                Expect.Equal((bool?)true, policy.UnknownCard);
                Expect.Equal((TimeSpan?)TimeSpan.FromMinutes(1), policy.ClockTolerance);
                Expect.Equal("a|茶", string.Join("|", policy.CouponTemplates));
            }
            config.Policy = new OfflinePolicy { FloorLimit = -1 };
            Expect.Throws<ArgumentException>(() => Sandbox.Open(config));
        }

        public static void A_sale_is_paid_and_told_to_the_fen()
        {
            var card = Sandbox.Card(500);
            using (var till = Sandbox.Open())
            {
                till.ServeCard(card);
                var receipt = till.Consume(new ConsumeRequest
                {
                    Card = card, Total = 88.88m, Discountable = 50, OpId = "sale-1", Ticket = "小票🧾1", Operator = "阿华",
                    Shift = "早", Reason = "午餐",
                });
                Expect.Equal(Promise.OnlineApproved, receipt.Promise);
                Expect.True(receipt.IsApproved, "approved");
                Expect.Equal(OperationKind.Consume, receipt.Kind);
                Expect.Equal(88.88m, receipt.Original);
                Expect.Equal(50m, receipt.Discountable);
                Expect.Equal(10m, receipt.Discount);
                Expect.Equal(78.88m, receipt.Actual);
                Expect.Equal(78.88m, receipt.FromCard);
                Expect.Equal(0m, receipt.Due);
                Expect.Equal((decimal?)0.8m, receipt.Rate);
                Expect.Equal(421.12m, receipt.MoneyConfirmed);
                Expect.Equal(Evidence.Proven, receipt.Evidence);
                Expect.Equal((decimal?)78.88m, receipt.Confirmation.FromCard);
                Expect.Equal(10, receipt.ReceiptNo.Length);
                Expect.True(receipt.Refusal == null && receipt.RemoteMessage == null && receipt.WaitsFor == null, "nulls");
                Expect.True(Math.Abs((receipt.CreatedAt - DateTimeOffset.UtcNow).TotalSeconds) < 60, "the time");

                var again = till.Operation("sale-1");
                Expect.Equal(receipt.ReceiptNo, again.ReceiptNo);
                var entry = till.History(new HistoryQuery { Card = card }).Entries.Single();
                Expect.Equal("小票🧾1|阿华|早|午餐", string.Join("|", entry.Ticket, entry.Operator, entry.Shift, entry.Reason));
                Expect.Equal("consume", entry.Kind);
                Expect.Equal(78.88m, entry.FromCard);
                Expect.Equal(421.12m, entry.MoneyAfter);
                Expect.Equal(null, entry.Supervisor);
            }
        }

        public static void Text_comes_back_as_it_went_in()
        {
            // The remote keeps the holder: this goes the whole way, out and back.
            foreach (var name in new[] { Emoji, "ﷺ é 👩‍👩‍👧", "plain", new string('长', 64) })
            {
                using (var till = Sandbox.Open())
                {
                    till.PullCatalogue();
                    var card = "U" + Guid.NewGuid().ToString("N").Substring(0, 12);
                    till.OpenCard(new OpenCardRequest
                    {
                        Card = card, Level = "高级会员", Name = name, Phone = Sandbox.Phone(), Gender = Gender.Female,
                        Delivery = Delivery.RequireOnline,
                    });
                    var found = till.ServeCard(card);
                    Expect.Equal(name, found.Name);
                    Expect.Equal("高级会员", found.Level);
                    Expect.Equal(Gender.Female, found.Gender);
                    Expect.Equal(CardStatus.Active, found.Status);
                    till.Modify(new ModifyRequest { Card = card, Birthday = "1990-09-09" });
                    Expect.Equal("1990-09-09", till.ServeCard(card).Birthday);
                }
            }
        }

        public static void Text_that_cannot_be_written_in_utf8_is_refused_here()
        {
            using (var till = Sandbox.Open())
            {
                Expect.Throws<ArgumentException>(() => till.Card("\ud83d"));
                Expect.Throws<ArgumentNullException>(() => till.Card(null));
                Expect.Throws<InvalidInputException>(() => till.Card(""));
                Expect.Throws<InvalidInputException>(() => till.Card("a\0b"));
            }
        }

        public static void A_refusal_carries_its_figures_in_both_languages()
        {
            string card = Sandbox.Card(500, "李娜", 1), little = Sandbox.Card(30, "王芳", 1);
            var cable = new Cable();
            using (var till = Sandbox.Open(null, new OpenOptions { Transport = cable }))
            {
                till.ServeCard(card);
                till.ServeCard(little);
                cable.Pulled = true;
                // The first call was sent on its way before the policy was asked: its receipt tells.
                var cancelled = till.Consume(new ConsumeRequest { Card = card, Total = 300 });
                Expect.Equal(Promise.Cancelled, cancelled.Promise);
                Expect.Equal(RefusalReason.FloorLimit, cancelled.Refusal.Reason);
                Expect.True(cancelled.Refusal.Message.Contains("200.00"), cancelled.Refusal.Message);
                // While the link is known to be down nothing is written. On a slow machine its next trial may be due again.
                RefusedException refused = null;
                for (var turn = 0; turn < 200 && refused == null; turn++)
                {
                    try
                    {
                        till.Consume(new ConsumeRequest { Card = card, Total = 300 });
                    }
                    catch (RefusedException exception)
                    {
                        refused = exception;
                    }
                }
                Expect.True(refused != null, "refused");
                Expect.Equal(Status.Refused, refused.Status);
                Expect.Equal(ErrorDomain.Decision, refused.Domain);
                Expect.Equal(RefusalReason.FloorLimit, refused.Refusal.Reason);
                Expect.Equal(RefusalUnit.Fen, refused.Refusal.Unit);
                Expect.Equal(200m, refused.Refusal.Limit);
                Expect.Equal(300m, refused.Refusal.Requested);
                Expect.True(refused.Message.Contains("200.00") && refused.Detail.Length > 0, refused.Message);
                var english = refused.Message;
                Library.Language = Language.Chinese;
                Expect.True(refused.Message != english && refused.Message.Any(letter => letter > 0x4e00), refused.Message);
                Expect.Equal(RefusalReason.UnknownCard, Expect.Throws<RefusedException>(
                    () => till.Consume(new ConsumeRequest { Card = "nobody", Total = 1 })).Refusal.Reason);

                Expect.Throws<UnreachableException>(() => till.Consume(
                    new ConsumeRequest { Card = card, Total = 1, Delivery = Delivery.RequireOnline }));
                Expect.Throws<NotFoundException>(() => till.Card("nobody"));
                Expect.Throws<NotFoundException>(() => till.Operation("none"));
                Expect.Throws<UnsupportedException>(() => till.Coupons(card));
                var approved = till.Consume(new ConsumeRequest { Card = little, Total = 48, Partial = true });
                Expect.Equal(Promise.OfflineApproved, approved.Promise);
                Expect.Equal(30m, approved.FromCard);
                Expect.Equal(18m, approved.Due);
            }
        }

        public static void The_same_op_id_finds_the_operation_and_another_content_conflicts()
        {
            var card = Sandbox.Card(500);
            using (var till = Sandbox.Open())
            {
                var first = till.Consume(new ConsumeRequest { Card = card, Total = 10, OpId = "op-1" });
                var again = till.Consume(new ConsumeRequest { Card = card, Total = 10, OpId = "op-1" });
                Expect.Equal(first.ReceiptNo, again.ReceiptNo);
                var conflict = Expect.Throws<ConflictException>(
                    () => till.Consume(new ConsumeRequest { Card = card, Total = 11, OpId = "op-1" }));
                Expect.Equal("total", conflict.Field);
                Expect.Equal("op_id", Expect.Throws<InvalidInputException>(
                    () => till.Consume(new ConsumeRequest { Card = card, Total = 11, OpId = "with blank" })).Field);
            }
        }

        public static void A_book_that_is_in_use_is_told()
        {
            var path = Book.New();
            using (Till.Open(path, Sandbox.Sandy()))
            {
                var exception = Expect.Throws<BookException>(() => Till.Open(path, Sandbox.Sandy()));
                Expect.Equal(Status.BookInUse, exception.Status);
                Expect.Equal(ErrorDomain.Book, exception.Domain);
            }
            File.WriteAllText(path + "x", new string('x', 5000));
            Expect.Equal(Status.NotABook,
                Expect.Throws<BookException>(() => Till.Open(path + "x", Sandbox.Sandy())).Status);
        }

        public static void Lists_are_read_to_their_end()
        {
            var card = Sandbox.Card(100);
            using (var till = Sandbox.Open())
            {
                var served = till.ServeCard(card);
                Expect.Equal("普通会员,高级会员,钻石会员", string.Join(",", till.Levels().Select(it => it.Name)));
                Expect.True(till.PayTypes().Any(it => it.Id == 3 && it.Name == "微信"), "pay types");
                var rules = till.RechargeRules(card);
                Expect.True(rules.Any(it => it.Applies == RechargeRuleKind.Threshold && it.Threshold == 500
                    && it.Bonus == 100 && it.Description == "冲500送100"), "a threshold");
                Expect.True(rules.Any(it => it.Applies == RechargeRuleKind.Percentage && it.Bonus == 0.1m), "a share");
                Expect.Equal(card, till.CardNumbers().Single());
                Expect.Equal(card, till.CardsByPhone(served.Phone).Single().Number);
                Expect.Equal(card, till.ServePhone(served.Phone).Single().Number);
                Expect.Equal(100m, till.Accounts(card).Single().MoneyConfirmed);
                Expect.Equal("sandy", till.Remotes().Single().Provider);
                Expect.Equal(LinkState.Up, till.Remotes().Single().Link);
                Expect.Equal(0, till.Notices().Count + till.Waiting().Count);

                var recharge = till.Recharge(new RechargeRequest { Card = card, Amount = 500, PayType = 1, OpId = "r" });
                Expect.Equal(150m, recharge.Bonus);
                for (var number = 0; number < 7; number++)
                {
                    till.Consume(new ConsumeRequest { Card = card, Total = 1 + number });
                }
                till.RedeemPoints(new RedeemPointsRequest { Card = card, Points = 20 });
                Expect.True(till.OperationDetails("r").Count > 0, "details");
                var seen = 0;
                var query = new HistoryQuery { PageSize = 4 };
                while (true)
                {
                    var page = till.History(query);
                    seen += page.Entries.Count;
                    if (page.Next == null)
                    {
                        break;
                    }
                    query.After = page.Next;
                }
                Expect.Equal(9, seen);
                Expect.Equal(9, till.History().Entries.Count);
                Expect.True(till.History(new HistoryQuery { OnlyPoints = true }).Entries.Count >= 1, "points");
                Expect.Equal(0, till.History(new HistoryQuery { From = DateTimeOffset.UtcNow.AddHours(1) }).Entries.Count);
                Expect.Equal(9, till.History(new HistoryQuery { Until = DateTime.UtcNow.AddHours(1) }).Entries.Count);
            }
        }

        public static void What_is_refused_later_waits_for_a_person()
        {
            var card = Sandbox.Card(100);
            var cable = new Cable();
            using (var till = Sandbox.Open(null, new OpenOptions { Transport = cable }))
            {
                till.ServeCard(card);
                cable.Pulled = true;
                till.Consume(new ConsumeRequest { Card = card, Total = 60, OpId = "gone", Discountable = 0 });
                till.Consume(new ConsumeRequest { Card = card, Total = 5, OpId = "undone", Discountable = 0 });
                Expect.Equal(OperationState.Voided, till.Void("undone", "Bob", "2").State);
                var taken = till.History().Entries.First(it => it.Kind == "void");
                Expect.Equal("Bob 2", taken.Operator + " " + taken.Shift);
                Sandbox.Post("withdraw", "{\"card\":\"" + card + "\",\"money\":90,\"who\":\"office\"}");
                cable.Pulled = false;
                Expect.Soon(() =>
                {
                    till.Sync(TimeSpan.FromSeconds(1));
                    return till.Status().Queued == 0;
                }, "the queue drains");
                var waiting = till.Waiting().Single();
                Expect.Equal("gone", waiting.OpId);
                Expect.Equal(OperationState.Rejected, waiting.State);
                Expect.Equal(60m, waiting.Amount);
                Expect.True(waiting.Resolutions.Contains(Resolution.WriteOff), "what can be decided");
                Expect.True(waiting.Attempts.Count > 0 && waiting.Attempts.All(it => it.Length > 0), "attempts");
                Expect.Equal(60m, till.Card(card).Owed);
                Expect.True(till.Card(card).Exception != null, "on the exception list");
                Expect.Throws<WrongStateException>(() => till.Void("gone"));
                var notice = till.Notices().Single(it => it.OpId == "gone");
                Expect.Equal(NoticeKind.Rejected, notice.Kind);
                Expect.Equal((decimal?)60m, notice.Amount);
                till.Acknowledge(notice.NoticeNo, "陈经理", "知道了");
                Expect.Throws<NotFoundException>(() => till.Acknowledge(notice.NoticeNo, "陈经理"));
                Expect.Equal(OperationState.WrittenOff,
                    till.Resolve("gone", Resolution.WriteOff, "陈经理", "付现金").State);
                till.TakeOffExceptionList(card);
                Expect.Equal(null, till.Card(card).Exception);
                till.PutOnExceptionList(card, "挂失");
                Expect.Equal("挂失", till.Card(card).Exception);
            }
        }

        public static void A_lost_answer_is_found()
        {
            var card = Sandbox.Card(100);
            using (var till = Sandbox.Open())
            {
                till.ServeCard(card);
                Sandbox.Fault("consume", card, "apply-drop-answer");
                till.Consume(new ConsumeRequest { Card = card, Total = 10, OpId = "lost", Discountable = 0 });
                Expect.Soon(() => till.Sync(TimeSpan.FromSeconds(1)).Queued == 0, "it is looked for");
                Expect.Equal(OperationState.Settled, till.Operation("lost").State);
                Expect.Equal(90m, till.Card(card).MoneyConfirmed);
            }
        }

        public static void Async_calls_run_on_the_pool_and_cancel_only_before_they_begin()
        {
            var card = Sandbox.Card(100);
            using (var till = Sandbox.Open())
            {
                var served = till.ServeCardAsync(card);
                Expect.Equal(100m, served.Result.MoneyConfirmed);
                var paid = till.ConsumeAsync(new ConsumeRequest { Card = card, Total = 10 }).Result;
                Expect.Equal(Promise.OnlineApproved, paid.Promise);
                till.PullCatalogueAsync().Wait();
                Expect.Equal(LinkState.Up, till.SyncAsync(TimeSpan.Zero).Result.Link);
                var late = new CancellationTokenSource();
                late.Cancel();
                var cancelled = till.ConsumeAsync(new ConsumeRequest { Card = card, Total = 10, OpId = "no" }, late.Token);
                Expect.Throws<AggregateException>(() => cancelled.Wait());
                Expect.True(cancelled.IsCanceled, "cancelled");
                Expect.Throws<NotFoundException>(() => till.Operation("no"));

                // Once it runs, its answer is waited for.
                Sandbox.Fault("consume", card, "delay:300");
                var source = new CancellationTokenSource();
                var running = till.ConsumeAsync(new ConsumeRequest { Card = card, Total = 11, OpId = "yes" }, source.Token);
                Expect.Soon(() =>
                {
                    try
                    {
                        return till.Operation("yes") != null;
                    }
                    catch (NotFoundException)
                    {
                        return false;
                    }
                }, "it is under way");
                source.Cancel();
                Expect.Equal(Promise.OnlineApproved, running.Result.Promise);
                var failed = till.ServeMemberAsync("x");
                Expect.True(Expect.Throws<AggregateException>(() => failed.Wait()).InnerException is TillbookException, "typed");
            }
        }

        public static void Every_async_call_has_a_twin_that_waits()
        {
            var late = new CancellationTokenSource();
            late.Cancel();
            var seen = 0;
            using (var till = Sandbox.Open())
            {
                foreach (var method in typeof(Till).GetMethods().Where(it => it.Name.EndsWith("Async")))
                {
                    var parameters = method.GetParameters();
                    var types = parameters.Select(it => it.ParameterType).ToArray();
                    Expect.Equal(typeof(CancellationToken), types.Last(), method.Name);
                    var twin = typeof(Till).GetMethod(
                        method.Name.Substring(0, method.Name.Length - 5), types.Take(types.Length - 1).ToArray());
                    Expect.True(twin != null, method.Name);
                    var returned = method.ReturnType.IsGenericType ? method.ReturnType.GetGenericArguments()[0] : typeof(void);
                    Expect.Equal(twin.ReturnType, returned, method.Name);
                    var given = types.Select(type => type.IsValueType ? Activator.CreateInstance(type) : null).ToArray();
                    given[given.Length - 1] = late.Token;
                    var task = (Task)method.Invoke(till, given);
                    Task.WaitAny(task);
                    Expect.True(task.IsCanceled, method.Name);
                    seen++;
                }
            }
            Expect.True(seen > 25, seen + " calls");
        }

        public static void Many_lists_and_errors_leave_no_handle_behind()
        {
            var card = Sandbox.Card(100);
            using (var till = Sandbox.Open())
            {
                till.ServeCard(card);
                for (var round = 0; round < 10000; round++)
                {
                    Expect.Equal(3, till.Levels().Count);
                }
                for (var round = 0; round < 10000; round++)
                {
                    Expect.Throws<NotFoundException>(() => till.Card("nobody"));
                }
                // A handle's low bits are its slot, and slots are used again: one that leaks takes a slot for good.
                IntPtr raw = IntPtr.Zero, error;
                Failure.Check(Native.tillbook_services_of(ref raw, out error), error);
                Native.tillbook_services_free(raw);
                Expect.True((raw.ToInt64() & 0x1fff) < 5000, "slot " + (raw.ToInt64() & 0xffffff));
            }
        }

        public static void Many_threads_share_a_till()
        {
            var cards = Enumerable.Range(0, 4).Select(_ => Sandbox.Card(100)).ToArray();
            using (var till = Sandbox.Open())
            {
                till.StartWorker();
                var threads = cards.Select(card => Task.Run(() =>
                {
                    for (var round = 1; round <= 10; round++)
                    {
                        till.Consume(new ConsumeRequest { Card = card, Total = round, Discountable = 0 });
                        till.Levels();
                        GC.Collect(0);
                    }
                    return till.ServeCard(card).MoneyConfirmed;
                })).ToArray();
                foreach (var thread in threads)
                {
                    Expect.Equal(45m, thread.Result);
                }
            }
        }

        public static void Waits_are_checked()
        {
            using (var till = Sandbox.Open())
            {
                Expect.Throws<ArgumentException>(() => till.ServeCard("A", TimeSpan.Zero));
                Expect.Throws<ArgumentException>(() => till.ServeCard("A", TimeSpan.FromSeconds(-1)));
                Expect.Throws<ArgumentException>(() => till.ServeCard("A", TimeSpan.FromDays(100)));
                Expect.Throws<InvalidInputException>(() => till.Consume(
                    new ConsumeRequest { Card = "A", Total = 1, Timeout = TimeSpan.FromMinutes(11) }));
                var seen = till.WaitForChange(0, TimeSpan.Zero);
                Expect.True(till.WaitForChange(seen, TimeSpan.FromMilliseconds(30)) >= seen, "a number to come back with");
            }
        }

        public static void Another_abi_is_refused()
        {
            IntPtr error;
            var status = Native.tillbook_check_abi(2 << 16, out error);
            var exception = Expect.Throws<TillbookException>(() => Failure.Check(status, error));
            Expect.Equal(Status.AbiMismatch, exception.Status);
            Expect.Equal(ErrorDomain.Abi, exception.Domain);
        }

        public static void A_number_that_is_new_stays_what_it_is()
        {
            var row = Rows.New<tillbook_receipt>();
            row.promise = 77;
            row.state = 78;
            var receipt = new Receipt(row);
            Expect.Equal(77, (int)receipt.Promise);
            Expect.Equal("78", receipt.State.ToString());
            Expect.Equal(345, (int)Expect.Throws<TillbookException>(() => Failure.Check(345, IntPtr.Zero)).Status);
        }
    }
}
