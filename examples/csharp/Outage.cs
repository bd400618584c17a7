// A short outage at a till, in C#: async calls, the worker, the status event, and a reconciliation.
//
//     mcs -langversion:6 -r:System.Runtime.Serialization.dll -r:System.Xml.dll Outage.cs ../../ffi/csharp/Tillbook.cs
//     tillbook-sandbox --port 8787 &
//     mono Outage.exe http://127.0.0.1:8787
//
// The till reaches the remote through a relay in this program, which is cut and restored: to the library that is a
// network that fails. At the end the book is compared with the remote's own ledger, operation by operation. The last line
// is the result, and the exit code is 0 only if nothing was lost, nothing was done twice and every balance agrees.

using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Net;
using System.Net.Sockets;
using System.Runtime.Serialization.Json;
using System.Text;
using System.Threading;
using System.Threading.Tasks;
using System.Xml;
using Tillbook;

internal static class Outage
{
    private const long Cash = 1;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private static int Main(string[] arguments)
    {
        if (arguments.Length < 1)
        {
            Console.Error.WriteLine("usage: Outage.exe URL [FOLDER]");
            return 2;
        }
        var folder = arguments.Length > 1
            ? arguments[1]
            : Path.Combine(Path.GetTempPath(), "tillbook-" + Guid.NewGuid().ToString("N"));
        Directory.CreateDirectory(folder);
        Console.OutputEncoding = new UTF8Encoding(false);
        try
        {
            var result = Day(new Sandbox(arguments[0]), Path.Combine(folder, "till.db")).GetAwaiter().GetResult();
            Console.WriteLine(result);
            return result.IsClean ? 0 : 1;
        }
        catch (Exception exception)
        {
            Console.Error.WriteLine("the day could not be told to its end: " + exception);
            return 1;
        }
    }

    private static async Task<Reconciliation> Day(Sandbox remote, string book)
    {
        Library.Language = Language.Chinese;
        Console.WriteLine("tillbook {0}, SQLite {1}", Library.Version, Library.SqliteVersion);
        var cards = remote.OpenCards(6);
        using (var network = new Network(remote.Url))
        using (var till = Till.Open(book, Configured(network.Url)))
        {
            // Raised on the till's own thread: a program with windows would go over to theirs here.
            var bar = new StatusBar();
            till.StatusChanged += (sender, e) => bar.Show(e.Status);
            till.CallbackFailed += (sender, e) => Console.WriteLine("  a handler failed: " + e.Exception.Message);
            till.StartWorker();

            Console.WriteLine("\n== The network is there ==");
            foreach (var card in cards)
            {
                await till.ServeCardAsync(card);
            }
            await Pay(till, new ConsumeRequest { Card = cards[0], Total = 100, Discountable = 60, Ticket = "小票 1" });
            // Two guests at once, and nobody waits for the other.
            await Task.WhenAll(
                Pay(till, new ConsumeRequest { Card = cards[1], Total = 30.50m }),
                Pay(till, new ConsumeRequest { Card = cards[2], Total = 20.80m }));

            Console.WriteLine("\n== The network is cut ==");
            network.Cut();
            await Pay(till, new ConsumeRequest { Card = cards[0], Total = 48.88m, OpId = "lunch-1" });
            await Pay(till, new ConsumeRequest { Card = cards[0], Total = 300 });
            Console.WriteLine("  headroom of {0}: {1}", cards[0], till.Headroom(cards[0]).Money);
            await Pay(till, new ConsumeRequest { Card = cards[1], Total = 12, Delivery = Delivery.RequireOnline });
            var recharge = await till.RechargeAsync(
                new RechargeRequest { Card = cards[3], Amount = 50, PayType = Cash, OpId = "by-mistake" });
            Console.WriteLine("  a recharge by mistake: {0}; voided: {1}", Library.Label(recharge.Promise),
                Library.Label(till.Void(recharge.OpId).State));
            for (var number = 0; number < 40; number++)
            {
                // An amount of its own each: nothing else on the wire tells two sales of a card apart.
                var sale = await till.ConsumeAsync(
                    new ConsumeRequest { Card = cards[1 + number % 5], Total = 5.01m + 0.37m * number });
                if (!sale.IsApproved)
                {
                    throw new Exception("a sale of the rush was not approved: " + sale.Promise);
                }
            }
            var queued = till.Status().Queued;
            Console.WriteLine("  {0} operations wait", queued);

            Console.WriteLine("\n== The network returns ==");
            var empty = bar.WhenEmpty();
            network.Restore();
            if (await Task.WhenAny(empty, Task.Delay(Patience)) != empty)
            {
                throw new TimeoutException("the queue does not drain");
            }
            Console.WriteLine("  the queue of {0} is empty; lunch-1 is {1}", queued,
                Library.Label(till.Operation("lunch-1").State));
            foreach (var notice in till.Notices())
            {
                Console.WriteLine("  {0}: {1}", Library.Label(notice.Kind), notice.Detail);
                till.Acknowledge(notice.NoticeNo, "陈经理", "知道了");
            }
            foreach (var card in cards)
            {
                await till.ServeCardAsync(card);
            }
            Console.WriteLine();
            return Reconciliation.Of(till, remote, cards);
        }
    }

    private static Config Configured(string url)
    {
        return new Config
        {
            Merchant = "聚客西餐",
            Store = "人民路店",
            Till = "3 号机",
            Sandy = new SandyConfig
            {
                BaseUrl = url,
                Token = "test",
                Guid = "{DEFAULT-AUTO-8E5A-BDE2-34ABA1BD956C9}",
                OrgName = "聚客西餐",
                // A day in seconds. Real networks are given 2 minutes.
                QuietPeriod = TimeSpan.FromMilliseconds(300),
            },
            Settings = "{\"levels\":[{\"level\":\"高级会员\",\"rate\":0.8,\"points_per_yuan\":1}]," +
                "\"pacing\":{\"backoff_ms\":20,\"backoff_max_ms\":200,\"restart_jitter_ms\":50}}",
        };
    }

    /// <summary>A sale as a cashier meets it.</summary>
    private static async Task Pay(Till till, ConsumeRequest sale)
    {
        try
        {
            var receipt = await till.ConsumeAsync(sale);
            Console.WriteLine("  {0} on {1}: {2}; card {3}, due {4}{5}", receipt.Original, receipt.Card,
                Library.Label(receipt.Promise), receipt.FromCard, receipt.Due,
                receipt.Refusal == null ? "" : ": " + receipt.Refusal.Message);
        }
        catch (RefusedException exception)
        {
            Console.WriteLine("  {0} on {1}: {2} ({3} of {4})", sale.Total, sale.Card, exception.Message,
                exception.Refusal.Requested, exception.Refusal.Limit);
        }
        catch (UnreachableException exception)
        {
            Console.WriteLine("  {0} on {1}: {2}", sale.Total, sale.Card, exception.Message);
        }
    }
}

/// <summary>What stands at the bottom of the cashier's screen.</summary>
internal sealed class StatusBar
{
    private readonly object gate = new object();
    private TaskCompletionSource<bool> empty;
    private string shown;

    /// <summary>Ends with the first status that shows an empty queue.</summary>
    internal Task WhenEmpty()
    {
        lock (gate)
        {
            empty = new TaskCompletionSource<bool>();
            return empty.Task;
        }
    }

    internal void Show(SyncStatus status)
    {
        var line = string.Format("  [{0}: {1} of {2}]", status.Link, status.Done, status.Total);
        lock (gate)
        {
            if (line != shown)
            {
                shown = line;
                Console.WriteLine(line);
            }
            if (status.Link == LinkState.Up && status.Queued == 0 && empty != null)
            {
                // What waits goes on elsewhere, and not on the till's own thread.
                var done = empty;
                empty = null;
                Task.Run(() => done.TrySetResult(true));
            }
        }
    }
}

/// <summary>The network between the till and the remote.</summary>
internal sealed class Network : IDisposable
{
    private readonly Uri remote;
    private readonly object gate = new object();
    private readonly List<TcpClient> connections = new List<TcpClient>();
    private readonly int port;
    private TcpListener listener;

    internal Network(string url)
    {
        remote = new Uri(url);
        Listen(0);
        port = ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    internal string Url
    {
        get { return "http://127.0.0.1:" + port; }
    }

    internal void Cut()
    {
        lock (gate)
        {
            listener.Stop();
            foreach (var connection in connections)
            {
                connection.Close();
            }
            connections.Clear();
        }
    }

    internal void Restore()
    {
        lock (gate)
        {
            Listen(port);
        }
    }

    public void Dispose()
    {
        Cut();
    }

    private void Listen(int at)
    {
        var fresh = new TcpListener(IPAddress.Loopback, at);
        fresh.Server.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
        fresh.Start();
        listener = fresh;
        Task.Run(() => Accept(fresh));
    }

    private async Task Accept(TcpListener from)
    {
        try
        {
            while (true)
            {
                var till = await from.AcceptTcpClientAsync();
                var server = new TcpClient();
                lock (gate)
                {
                    connections.Add(till);
                    connections.Add(server);
                }
                Pass(till, server);
            }
        }
        catch (Exception)
        {
            // The listener was stopped.
        }
    }

    /// <summary>Nobody waits for it, and it throws nothing.</summary>
    private async void Pass(TcpClient till, TcpClient server)
    {
        try
        {
            await server.ConnectAsync(remote.Host, remote.Port);
            await Task.WhenAny(
                till.GetStream().CopyToAsync(server.GetStream()), server.GetStream().CopyToAsync(till.GetStream()));
        }
        catch (Exception)
        {
            // Cut.
        }
        till.Close();
        server.Close();
    }
}

/// <summary>The remote's back door: what no till can see.</summary>
internal sealed class Sandbox
{
    internal readonly string Url;

    internal Sandbox(string url)
    {
        Url = url;
    }

    /// <summary>Cards with 300.00 each, for this run only.</summary>
    internal List<string> OpenCards(int count)
    {
        var run = DateTime.UtcNow.Ticks / 10000 % 100000000;
        var cards = new List<string>();
        for (var number = 1; number <= count; number++)
        {
            var card = string.Format("N{0:D8}-{1}", run, number);
            Ask("POST", "/control/card", "{\"card\":\"" + card +
                "\",\"level\":2,\"name\":\"李娜\",\"phone\":\"1380000000\",\"money\":\"300.00\",\"score\":10}");
            cards.Add(card);
        }
        return cards;
    }

    internal XmlDocument Ask(string method, string path, string body = null)
    {
        var request = (HttpWebRequest)WebRequest.Create(Url + path);
        request.Method = method;
        if (body != null)
        {
            var bytes = Encoding.UTF8.GetBytes(body);
            using (var stream = request.GetRequestStream())
            {
                stream.Write(bytes, 0, bytes.Length);
            }
        }
        using (var response = request.GetResponse())
        using (var reader = JsonReaderWriterFactory.CreateJsonReader(
            response.GetResponseStream(), XmlDictionaryReaderQuotas.Max))
        {
            var document = new XmlDocument();
            document.Load(reader);
            return document;
        }
    }

    /// <summary>What came over the interface, as card, kind and amount.</summary>
    internal IEnumerable<string> Ledger(ICollection<string> cards)
    {
        return from XmlNode line in Ask("GET", "/control/ledger").SelectNodes("/*/item")
               where line["source"].InnerText == "api" && cards.Contains(line["card"].InnerText)
               select string.Join(" ", line["card"].InnerText, line["kind"].InnerText, line["sent"].InnerText);
    }

    internal Dictionary<string, decimal> Balances()
    {
        return Ask("GET", "/control/state").SelectNodes("/*/cards/item").Cast<XmlNode>().ToDictionary(
            card => card["number"].InnerText, card => Money.FromFen(long.Parse(card["amount_fen"].InnerText)));
    }
}

/// <summary>The book against the remote's ledger, both as lists of card, kind and the amount that was sent.</summary>
internal sealed class Reconciliation
{
    private int cards, operations, lost, duplicated, open;
    private decimal difference;

    internal bool IsClean
    {
        get { return operations > 0 && lost == 0 && duplicated == 0 && open == 0 && difference == 0; }
    }

    internal static Reconciliation Of(Till till, Sandbox remote, ICollection<string> cards)
    {
        var result = new Reconciliation { cards = cards.Count };
        var counts = new Dictionary<string, int>();
        foreach (var entry in Book(till))
        {
            if (entry.Kind == "void" || entry.State == OperationState.Voided || entry.State == OperationState.Declined)
            {
                continue;
            }
            if (entry.State != OperationState.Settled && entry.State != OperationState.Applied)
            {
                result.open++;
                continue;
            }
            result.operations++;
            Count(counts, string.Join(" ", entry.Card, entry.Kind, Money.ToFen(Sent(till, entry))), 1);
        }
        foreach (var line in remote.Ledger(cards))
        {
            Count(counts, line, -1);
        }
        result.lost = counts.Values.Where(count => count > 0).Sum();
        result.duplicated = -counts.Values.Where(count => count < 0).Sum();
        var balances = remote.Balances();
        result.difference = cards.Sum(card => Math.Abs(till.Card(card).MoneyConfirmed - balances[card]));
        return result;
    }

    public override string ToString()
    {
        return string.Format("reconciled: cards {0}, operations {1}, lost {2}, duplicated {3}, difference {4}",
            cards, operations, lost, duplicated, Money.Format(difference));
    }

    private static IEnumerable<Entry> Book(Till till)
    {
        var query = new HistoryQuery { PageSize = 100 };
        do
        {
            var page = till.History(query);
            foreach (var entry in page.Entries)
            {
                yield return entry;
            }
            query.After = page.Next;
        }
        while (query.After != null);
    }

    /// <summary>
    /// A payment that was approved offline sends what the card pays, any other the sale's total; where both were on the
    /// wire, what the remote says it was asked for tells.
    /// </summary>
    private static decimal Sent(Till till, Entry entry)
    {
        var told = till.Operation(entry.OpId).Confirmation;
        if (told != null && (told.Original == entry.Original || told.Original == entry.FromCard))
        {
            return told.Original.Value;
        }
        return entry.Approval == Promise.OfflineApproved ? entry.FromCard : entry.Original;
    }

    private static void Count(Dictionary<string, int> counts, string write, int by)
    {
        int before;
        counts.TryGetValue(write, out before);
        counts[write] = before + by;
    }
}
