using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;

namespace Tillbook.Tests
{
    /// <summary>What a manager does: limits, lists, numbers, reports, the day's close, keeping the book.</summary>
    public static class DeskTests
    {
        public static void Cards_are_taken_in_ahead_and_found()
        {
            string one = Sandbox.Card(100, "赵大明", 1), other = Sandbox.Card(50, "赵小明", 1);
            using (var till = Sandbox.Open())
            {
                var query = new PreloadQuery { Numbers = new[] { one, other }, Pace = TimeSpan.FromMilliseconds(1) };
                var step = till.PreloadStep(query, null, 1);
                Expect.Equal(PreloadEnd.StepDone, step.End);
                Expect.Equal(2L, step.Total.Value);
                step = till.PreloadStepAsync(query, step.Next, 9).Result;
                Expect.Equal(PreloadEnd.Complete, step.End);
                Expect.True(step.Next == null && step.Done == 2 && step.Found == 2, "all of them");
                var found = till.Search("大明");
                Expect.Equal(one, found.Cards.Single().Number);
                Expect.Equal("赵**", found.Cards[0].Name);
                Expect.Equal(Matched.Name, found.Cards[0].Matched);
                Expect.Equal("赵大明", till.Search("大明", 5, true).Cards[0].Name);
                Expect.True(till.Search("小明", 1).Cards.Count == 1, "the other");
                Expect.Throws<InvalidInputException>(() => till.Search(""));
                Expect.Throws<ArgumentNullException>(() => till.Search(null));
                Expect.Throws<InvalidInputException>(() => till.PreloadStep(query, "nonsense", 1));
            }
        }

        public static void The_remotes_own_lines_stand_between_ours()
        {
            var card = Sandbox.Card(100);
            using (var till = Sandbox.Open())
            {
                till.Consume(new ConsumeRequest { Card = card, Total = 10 });
                Sandbox.Post("withdraw", "{\"card\":\"" + card + "\",\"money\":5,\"who\":\"office\"}");
                var pull = till.PullHistoryAsync(card).Result;
                Expect.True(pull.IsComplete && pull.Told > 0 && pull.Added <= pull.Told, "the history");
                var entries = new List<Entry>();
                var query = new HistoryQuery { Card = card, PageSize = 1 };
                for (var pages = 0; pages < 50; pages++)
                {
                    var page = till.HistoryWithRemote(query);
                    entries.AddRange(page.Entries);
                    if (page.Next == null && page.NextRecord == null)
                    {
                        break;
                    }
                    query.After = page.Next;
                    query.AfterRecord = page.NextRecord;
                }
                Expect.True(entries.Any(it => it.RecordNo == null && it.OpId != null && it.Provider == null), "ours");
                Expect.True(entries.Any(it => it.RecordNo != null && it.OpId == null && it.Provider == "sandy"),
                    "the remote's");
                Expect.True(entries.Where(it => it.RecordNo != null).Any(it => it.MoneyChange < 0), "money went");
                Expect.Throws<InvalidInputException>(() => till.HistoryWithRemote(new HistoryQuery()));
            }
        }

        public static void A_policy_is_set_and_lifted_by_a_supervisor()
        {
            var card = Sandbox.Card(500, "李娜", 1);
            var cable = new Cable();
            using (var till = Sandbox.Open(null, new OpenOptions { Transport = cable }))
            {
                till.ServeCard(card);
                var policy = till.Policy();
                Expect.Equal(1L, policy.Version);
                Expect.True(policy.HardFloorLimit == null && policy.Overridable.Contains(RefusalReason.FloorLimit), "");
                policy.FloorLimit = 10m;
                policy.HardFloorLimit = 30m;
                policy.ValidUntil = DateTimeOffset.UtcNow.AddDays(1);
                policy.Overridable = new[] { RefusalReason.FloorLimit };
                policy.CouponTemplates = new[] { "T1" };
                Expect.Equal(2L, till.SetPolicy(policy, "总部", "试用"));
                var now = till.Policy();
                Expect.True(now.HardFloorLimit == 30m && now.Overridable.Single() == RefusalReason.FloorLimit, "as set");
                Expect.True(now.ValidUntil != null && now.CouponTemplates.Single() == "T1", "as set");
                Expect.Equal(2L, till.SetPolicy(now, "总部", "again"));
                var room = till.Room(card);
                Expect.True(room.Money == 10m && room.Floor == 10m && room.Card == 500m, "room");
                Expect.Equal(RefusalReason.FloorLimit, room.Binding.Reason);
                Expect.Equal(10.01m, room.Binding.Requested);
                Expect.True(room.PolicyExpires != null && room.BaseExpires != null && room.Phone != null, "room");
                Expect.Equal(30m, till.Room(card, true).Money);
                Expect.True(till.Room().Card == null, "no card");
                cable.Pulled = true;
                var sale = new ConsumeRequest
                {
                    Card = card, Total = 20, Supervisor = "店长", Reason = "常客", OverridePolicy = true,
                };
                var receipt = till.Consume(sale);
                Expect.Equal(Promise.OfflineApproved, receipt.Promise);
                Expect.Equal(RefusalReason.FloorLimit, receipt.Lifted.Single());
                Expect.True(receipt.PolicyVersion == 2 && !receipt.IsTraining, "told with it");
                Expect.Equal(3L, till.SetPolicyJson("{\"floor_limit\": 1000}", "总部", "back"));
                Expect.Throws<InvalidConfigException>(() => till.SetPolicyJson("{\"warning_percent\": 0}", "a", "b"));
                policy.Overridable = new RefusalReason[0];
                till.SetPolicy(policy, "总部", "nobody lifts");
                Expect.Equal(0, till.Policy().Overridable.Count);
                Expect.True(till.Report(new ReportQuery(ReportKind.Policies)).Contains("\"version\":4"), "policies");
            }
        }

        public static void Exceptions_are_listed_and_replaced()
        {
            string one = Sandbox.Card(100), other = Sandbox.Card(100);
            using (var till = Sandbox.Open())
            {
                till.ServeCard(one);
                till.ServeCard(other);
                till.SetException(one, "丢失", "店长");
                till.ReplaceExceptions(
                    new Dictionary<string, string> { { other, "stolen" }, { "NEVER-MET", "stolen" } }, "head office");
                var page = till.Exceptions(null, 1);
                Expect.True(page.Cards.Single().Card == one && !page.Cards[0].ByList && page.Next != null, "the first");
                var next = till.Exceptions(page.Next);
                Expect.True(next.Cards[0].Card == other && next.Cards[0].ByList, "the second");
                Expect.Throws<RefusedException>(() => till.Consume(new ConsumeRequest { Card = other, Total = 1 }));
                till.ReplaceExceptions(new Dictionary<string, string>(), "head office");
                till.LiftException(one, "店长");
                Expect.Equal(0, till.Exceptions().Cards.Count);
                Expect.Throws<NotFoundException>(() => till.LiftException("NOBODY", "店长"));
            }
        }

        public static void A_card_opened_from_the_range_moves_to_another_number()
        {
            var config = Sandbox.Sandy();
            var prefix = "R" + Guid.NewGuid().ToString("N").Substring(0, 8);
            config.CardPrefix = prefix;
            config.CardFirst = 1;
            config.CardLast = 3;
            var cable = new Cable();
            using (var till = Sandbox.Open(config, new OpenOptions { Transport = cable }))
            {
                till.ServeCard(Sandbox.Card(1));
                till.PullCatalogue();
                Expect.Equal(3L, till.NumbersLeft().Value);
                cable.Pulled = true;
                var open = new OpenCardRequest { Level = "普通会员", Name = "孙" };
                var receipt = till.OpenCard(open);
                Expect.Equal(prefix + "1", receipt.Card);
                Expect.Equal(Promise.OfflineApproved, receipt.Promise);
                till.Recharge(new RechargeRequest { Card = receipt.Card, Amount = 50, PayType = 1 });
                Sandbox.Post("card", "{\"card\":\"" + prefix + "1\",\"level\":1,\"name\":\"钱\",\"phone\":\"" +
                    Sandbox.Phone() + "\",\"money\":\"1.00\",\"score\":0}");
                cable.Pulled = false;
                for (var turn = 0; turn < 500 && till.Waiting().Count == 0; turn++)
                {
                    till.Sync(TimeSpan.FromMilliseconds(20));
                }
                var waits = till.Waiting().Single();
                Expect.True(waits.MayRetarget && waits.OrphansCount == 1 && waits.CashTaken == 50m, "it waits");
                var orphan = till.Orphans(waits.OpId).Single();
                Expect.True(orphan.Kind == OperationKind.Recharge && orphan.Cash == 50m, "behind it");
                var moved = till.Retarget(waits.OpId, RetargetTo.NextNumber, null, "店长", "号码已被占用");
                Expect.Equal(prefix + "2", moved.Card);
                Expect.Equal(1L, till.NumbersLeft().Value);
                var report = till.Report(new ReportQuery(ReportKind.Retargets) { Card = prefix + "1" });
                Expect.True(report.Contains(prefix + "2"), report);
            }
        }

        public static void The_day_is_told_and_closed()
        {
            var card = Sandbox.Card(500, "王芳", 1);
            var cable = new Cable();
            var path = Book.New();
            using (var till = Till.Open(path, Sandbox.Sandy(), new OpenOptions { Transport = cable }))
            {
                till.ServeCard(card);
                till.Consume(new ConsumeRequest { Card = card, Total = 12.34m, Operator = "小李" });
                var today = till.BusinessDate();
                Expect.Equal(10, today.Length);
                var totals = till.Totals();
                var line = totals.Lines.Single(it => it.Kind == OperationKind.Consume);
                Expect.True(line.Operator == "小李" && line.Movement == Movement.Made && line.FromCard == 12.34m, "X");
                Expect.True(totals.FirstEntry == 1 && totals.BusinessDate == null && totals.Due == 0m, "X");
                Expect.Equal(today, till.Totals(today).BusinessDate);
                var safe = till.SafeToClose();
                Expect.True(safe.Upgrade && !safe.Remove, "not closed yet");
                Expect.Equal(1L, till.CloseDay(today, "店长"));
                Expect.Throws<InvalidInputException>(() => till.CloseDay(today, "店长"));
                Expect.Equal(0, till.Totals().Lines.Count);
                var csv = new ReportQuery(ReportKind.DayClose) { Number = 1, Format = ReportFormat.Csv };
                Expect.True(till.Report(csv).Contains("12.34"), "Z");
                cable.Pulled = true;
                till.Consume(new ConsumeRequest { Card = card, Total = 1 });
                var outage = till.Outages().Single();
                Expect.True(outage.Provider == "sandy" && outage.BackAt == null, "an outage");
                var about = new ReportQuery(ReportKind.Reconciliation) { Number = outage.OutageNo };
                Expect.True(till.Report(about).Contains("\"on_its_way\""), "reconciliation");
                var range = new ReportQuery(ReportKind.Reconciliation) { From = DateTimeOffset.UtcNow };
                Expect.Throws<ArgumentException>(() => till.Report(range));
                Expect.True(till.Report(new ReportQuery(ReportKind.Configuration)).Contains("***"), "masked");
                Expect.True(Library.Label(OutcomeClass.OnItsWay).Length > 0, "a label");
                till.SupportBundle(path + ".support");
                Expect.True(File.Exists(path + ".support"), "a bundle");
                Expect.Throws<InvalidConfigException>(() => BookReader.Open(path, new byte[3]));
                using (var book = BookReader.Open(path))
                {
                    Expect.True(book.Report(new ReportQuery(ReportKind.Identity)).Contains("\"book_id\""), "whose");
                    Expect.True(book.Report(new ReportQuery(ReportKind.Status)).Contains("\"queued\":1"), "how");
                    book.Dispose();
                    Expect.Throws<ObjectDisposedException>(() => book.Report(csv));
                }
            }
        }

        public static void A_book_is_checked_kept_and_restored()
        {
            var card = Sandbox.Card(500, "张伟", 1);
            var path = Book.New();
            var key = Enumerable.Range(0, 32).Select(it => (byte)it).ToArray();
            var water = Book.New() + ".water";
            var options = new OpenOptions { ChainKey = key, HighWater = water };
            var backup = path + ".backup";
            using (var till = Till.Open(path, Sandbox.Sandy(), options))
            {
                till.ServeCard(card);
                till.Consume(new ConsumeRequest { Card = card, Total = 10 });
                var report = till.Check();
                Expect.True(report.IsClean && report.IsComplete && report.Entries > 0 && report.ChainHead != null,
                    string.Join("; ", report.Findings.Select(it => it.Kind + " " + it.Detail)));
                Expect.Equal(report.Entries, report.Chained);
                Expect.True(till.Check(true, 1).IsClean, "without its pages");
                Expect.True(till.Backup(backup) > 0, "a backup");
                Expect.Throws<InvalidInputException>(() => till.Backup(backup));
                till.Backup(backup, true);
                Expect.True(!till.KeepHouse(TimeSpan.FromSeconds(1)).HasMore, "the house");
                Expect.Equal(BookStatus(() => Library.Restore(backup, path)), Status.BookInUse);
                till.Consume(new ConsumeRequest { Card = card, Total = 5 });
            }
            Expect.True(File.Exists(Library.Restore(backup, path, water)), "what was replaced");
            using (var till = Till.Open(path, Sandbox.Sandy(), options))
            {
                Expect.True(till.Status().Restored != null, "an older copy");
                var sale = new ConsumeRequest { Card = card, Total = 5, Delivery = Delivery.RequireOnline };
                Expect.Equal(BookStatus(() => till.Consume(sale)), Status.Restored);
                till.GoOnAfterRestore("店长", "硬盘坏了");
                Expect.True(till.Status().Restored == null, "gone on");
                for (var turn = 0; turn < 500 && till.Status().NextDue != null; turn++)
                {
                    till.Sync(TimeSpan.FromMilliseconds(20));
                }
                var forgotten = till.Forget(card, "店长");
                Expect.True(forgotten.Number == card && forgotten.ArchivesMissing.Count == 0, "forgotten");
                Expect.True(string.IsNullOrEmpty(till.Card(card).Name), "nobody's name");
                if (!Library.HasEncryption)
                {
                    Expect.Throws<UnsupportedException>(() => till.Rekey(key));
                }
            }
            Expect.True(Library.Salvage(path, path + ".saved").Contains("\"complete\":"), "salvaged");
        }

        public static void A_book_is_read_beside_its_till()
        {
            var card = Sandbox.Card(500, "赵敏", 1);
            var path = Book.New();
            var key = Enumerable.Range(0, 32).Select(it => (byte)(it + 1)).ToArray();
            using (var till = Till.Open(path, Sandbox.Sandy(), new OpenOptions { ChainKey = key }))
            using (var book = BookReader.Open(path))
            {
                till.ServeCard(card);
                till.Consume(new ConsumeRequest { Card = card, Total = 10, OpId = "read-beside" });
                Expect.Equal(card, book.Search(card).Cards.Single().Number);
                Expect.Equal(490m, book.Card(card).MoneyExpected);
                Expect.Equal("read-beside", book.History(new HistoryQuery { PageSize = 1 }).Entries.Single().OpId);
                Expect.Equal(card, book.Operation("read-beside").Card);
                Expect.Throws<NotFoundException>(() => book.Operation("nothing"));
                Expect.Equal(0, book.Waiting().Count + book.Notices().Count);
                Expect.Equal(0L, book.Check().Chained);
                var asked = 0;
                var report = book.Check(keys: new[] { new byte[20], key }, progress: done =>
                {
                    asked += done.Part.Length > 0 && done.Found == 0 ? 1 : 0;
                    return true;
                });
                Expect.True(report.IsClean && report.Unverified == 0 && report.Chained == report.Entries, "verified");
                Expect.True(asked > 0, "told how far it is");
                // The reader is the check's meanwhile.
                Expect.Throws<InvalidInputException>(() => book.Check(progress: done => book.Waiting().Count == 0));
                Expect.True(!till.Check(progress: done => false).IsComplete, "ended");
                Expect.Throws<IOException>(() => till.Check(progress: done => { throw new IOException("full"); }));
                Expect.True(till.Check(earlierKeys: new[] { new byte[20] }).IsClean, "and goes on");
                Expect.Throws<ArgumentNullException>(() => till.Check(earlierKeys: new byte[][] { null }));
                long pages = 0;
                till.Backup(path + ".copy", false, done =>
                {
                    pages = done.Pages;
                    return done.Copied <= done.Pages;
                });
                Expect.True(pages > 0, "told how far it is");
                Expect.Throws<TillbookException>(() => till.Backup(path + ".no", false, done => false));
                Expect.Throws<IOException>(
                    () => till.Backup(path + ".no", false, done => { throw new IOException("full"); }));
                Expect.True(!File.Exists(path + ".no"), "nothing is left");
            }
        }

        public static void Secrets_stay_where_the_host_keeps_them()
        {
            var config = Sandbox.Sandy();
            config.Sandy.Guid = null;
            config.Sandy.Settings = "{\"guid\": {\"host\": \"restaurant\"}}";
            var asked = new List<string>();
            var options = new OpenOptions();
            Expect.Throws<InvalidConfigException>(() => Sandbox.Open(config, options));
            options.Secret = name =>
            {
                asked.Add(name);
                return null;
            };
            Expect.Throws<InvalidConfigException>(() => Sandbox.Open(config, options));
            options.Secret = name => { throw new IOException("no key store"); };
            Expect.Throws<IOException>(() => Sandbox.Open(config, options));
            options.Secret = name => new string('x', 100000);
            Expect.Throws<ArgumentException>(() => Sandbox.Open(config, options));
            options.Secret = name =>
            {
                asked.Add(name);
                return "{DEFAULT-AUTO-8E5A-BDE2-34ABA1BD956C9}";
            };
            using (var till = Sandbox.Open(config, options))
            {
                Expect.True(asked.Count == 2 && asked.All(name => name == "restaurant"), "asked by name");
                till.PullCatalogue();
            }
        }

        private static Status BookStatus(Action call)
        {
            return Expect.Throws<BookException>(call).Status;
        }
    }
}
