using System;
using System.Collections.Generic;
using System.IO;
using System.Net;
using System.Text;
using System.Threading;

namespace Tillbook.Tests
{
    /// <summary>The remote systems' stand-ins, and what a test does to them.</summary>
    internal static class Sandbox
    {
        internal static string Url;
        private static int number;

        /// <summary>A card of its own for a test, of the level that pays 80 %.</summary>
        internal static string Card(decimal money, string name = "张三", int level = 2)
        {
            var card = "C" + Interlocked.Increment(ref number).ToString("D5");
            Post("card", "{\"card\":\"" + card + "\",\"level\":" + level + ",\"name\":\"" + name + "\",\"phone\":\"1370" +
                card.Substring(1) + "00\",\"money\":\"" + Money.Format(money) + "\",\"score\":50}");
            return card;
        }

        internal static string Phone()
        {
            return "1360" + Interlocked.Increment(ref number).ToString("D7");
        }

        /// <summary>Strikes the next request of an endpoint for a card.</summary>
        internal static void Fault(string endpoint, string card, string fault)
        {
            Post("faults", "{\"endpoint\":\"" + endpoint + "\",\"card\":\"" + card + "\",\"fault\":\"" + fault + "\"}");
        }

        internal static string Post(string call, string body)
        {
            return Ask("POST", "/control/" + call, body);
        }

        internal static string Ask(string method, string path, string body)
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
            using (var reader = new StreamReader(response.GetResponseStream(), Encoding.UTF8))
            {
                return reader.ReadToEnd();
            }
        }

        /// <summary>A text in an answer, by its name: for answers that hold each name once.</summary>
        internal static string Member(string json, string name)
        {
            var from = json.IndexOf("\"" + name + "\": \"", StringComparison.Ordinal) + name.Length + 5;
            var text = new StringBuilder();
            for (var at = from; json[at] != '"'; at++)
            {
                if (json[at] == '\\')
                {
                    at++;
                    text.Append(json[at] == 'n' ? '\n' : json[at]);
                }
                else
                {
                    text.Append(json[at]);
                }
            }
            return text.ToString();
        }

        internal const string Settings =
            "{\"levels\":[{\"level\":\"普通会员\",\"rate\":1,\"points_per_yuan\":1}," +
            "{\"level\":\"高级会员\",\"rate\":0.8,\"points_per_yuan\":1}]," +
            "\"pacing\":{\"backoff_ms\":5,\"backoff_max_ms\":40,\"restart_jitter_ms\":5,\"breaker_failures\":1}}";

        /// <summary>A till's configuration at the sandbox's Sandy, with short times.</summary>
        internal static Config Sandy()
        {
            return new Config
            {
                Merchant = "面馆",
                Store = "Store 1",
                Till = "Till 1",
                Sandy = new SandyConfig
                {
                    BaseUrl = Url,
                    Token = "test",
                    Guid = "{DEFAULT-AUTO-8E5A-BDE2-34ABA1BD956C9}",
                    SoleWriter = true,
                    RequestTimeout = TimeSpan.FromSeconds(5),
                    QuietPeriod = TimeSpan.FromMilliseconds(60),
                },
                Settings = Settings,
            };
        }

        internal static Till Open(Config config = null, OpenOptions options = null)
        {
            return Till.Open(Book.New(), config ?? Sandy(), options);
        }
    }

    /// <summary>A host's transport over HttpWebRequest, and a cable to pull.</summary>
    internal sealed class Cable : ITransport
    {
        internal volatile bool Pulled;
        internal volatile Exception Thrown;
        internal int Sent;

        public TransportAnswer Send(TransportRequest request)
        {
            Interlocked.Increment(ref Sent);
            if (Thrown != null)
            {
                throw Thrown;
            }
            if (Pulled)
            {
                return TransportAnswer.NotSent;
            }
            var http = (HttpWebRequest)WebRequest.Create(request.Url);
            http.Method = request.Method == TransportMethod.Get ? "GET" : "POST";
            http.Timeout = (int)request.Timeout.TotalMilliseconds;
            http.AllowAutoRedirect = false;
            foreach (var header in request.Headers)
            {
                switch (header.Key.ToLowerInvariant())
                {
                    case "content-type":
                        http.ContentType = header.Value;
                        break;
                    case "accept":
                        http.Accept = header.Value;
                        break;
                    case "user-agent":
                        http.UserAgent = header.Value;
                        break;
                    default:
                        http.Headers[header.Key] = header.Value;
                        break;
                }
            }
            try
            {
                if (request.Method == TransportMethod.Post)
                {
                    using (var stream = http.GetRequestStream())
                    {
                        stream.Write(request.Body, 0, request.Body.Length);
                    }
                }
                return Answer((HttpWebResponse)http.GetResponse());
            }
            catch (WebException exception)
            {
                var response = exception.Response as HttpWebResponse;
                return response == null ? TransportAnswer.MaybeSent : Answer(response);
            }
        }

        private static TransportAnswer Answer(HttpWebResponse response)
        {
            using (response)
            using (var body = new MemoryStream())
            {
                response.GetResponseStream().CopyTo(body);
                var headers = new List<KeyValuePair<string, string>>();
                foreach (string name in response.Headers)
                {
                    headers.Add(new KeyValuePair<string, string>(name, response.Headers[name]));
                }
                return TransportAnswer.Received((int)response.StatusCode, headers, body.ToArray());
            }
        }
    }
}
