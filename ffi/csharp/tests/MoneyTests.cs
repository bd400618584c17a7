using System;
using System.Globalization;
using System.Threading;

namespace Tillbook.Tests
{
    /// <summary>That no fen is lost or made between yuan and fen.</summary>
    public static class MoneyTests
    {
        public static void Yuan_become_fen()
        {
            var cases = new[]
            {
                new { Yuan = "0", Fen = (long?)0 },
                new { Yuan = "0.01", Fen = (long?)1 },
                new { Yuan = "-0.01", Fen = (long?)-1 },
                new { Yuan = "12.5", Fen = (long?)1250 },
                new { Yuan = "12.50", Fen = (long?)1250 },
                // The value counts, and not how it is written.
                new { Yuan = "12.5000", Fen = (long?)1250 },
                new { Yuan = "88", Fen = (long?)8800 },
                new { Yuan = "92233720368547758", Fen = (long?)9223372036854775800 },
                new { Yuan = "0.001", Fen = (long?)null },
                new { Yuan = "12.505", Fen = (long?)null },
                new { Yuan = "-0.009", Fen = (long?)null },
                new { Yuan = "92233720368547759", Fen = (long?)null },
                new { Yuan = "-92233720368547759", Fen = (long?)null },
                new { Yuan = "79228162514264337593543950335", Fen = (long?)null },
            };
            foreach (var it in cases)
            {
                var yuan = decimal.Parse(it.Yuan, CultureInfo.InvariantCulture);
                if (it.Fen == null)
                {
                    Expect.Throws<ArgumentException>(() => Money.ToFen(yuan));
                    continue;
                }
                Expect.Equal(it.Fen.Value, Money.ToFen(yuan), it.Yuan);
                Expect.Equal(yuan, Money.FromFen(it.Fen.Value), it.Yuan);
            }
        }

        public static void Fen_become_yuan_with_two_decimals()
        {
            foreach (var fen in new[] { 0L, 1, -1, 1250, long.MaxValue, long.MinValue })
            {
                var text = Money.FromFen(fen).ToString(CultureInfo.InvariantCulture);
                Expect.Equal(text.Length - 3, text.IndexOf('.'), text);
            }
            Expect.Equal("12.50", Money.FromFen(1250).ToString(CultureInfo.InvariantCulture));
        }

        public static void Text_is_read_and_written_whatever_the_culture()
        {
            var before = Thread.CurrentThread.CurrentCulture;
            try
            {
                foreach (var culture in new[] { "de-DE", "zh-CN", "fr-FR", "" })
                {
                    Thread.CurrentThread.CurrentCulture = CultureInfo.GetCultureInfo(culture);
                    Expect.Equal(12.5m, Money.Parse("12.50"), culture);
                    Expect.Equal("1234.50", Money.Format(1234.5m), culture);
                    Expect.Equal("-0.01", Money.Format(-0.01m), culture);
                    Expect.Equal((decimal?)0.85m, Text.Number("0.85"), culture);
                    Expect.Equal("0.35", Text.Of(0.35m), culture);
                }
            }
            finally
            {
                Thread.CurrentThread.CurrentCulture = before;
            }
            foreach (var text in new[] { "", "12.505", "1,000", "1e3", "二十", "12.50 " })
            {
                Expect.Throws<InvalidInputException>(() => Money.Parse(text));
            }
            Expect.Throws<ArgumentNullException>(() => Money.Parse(null));
        }

        public static void Requests_refuse_what_is_no_money()
        {
            using (var till = Sandbox.Open())
            {
                Expect.Throws<ArgumentException>(() => till.Consume(new ConsumeRequest { Card = "A", Total = 1.001m }));
                Expect.Throws<ArgumentException>(
                    () => till.Consume(new ConsumeRequest { Card = "A", Total = 1, Discountable = 0.005m }));
                Expect.Throws<ArgumentException>(() => till.Recharge(new RechargeRequest { Card = "A", Amount = 1e17m }));
                // Where the library's 0 stands for "all that is left", 0 is asked for by mistake only.
                Expect.Throws<ArgumentException>(
                    () => till.ReturnOrder(new ReturnOrderRequest { Card = "A", Original = "o", Amount = 0 }));
                Expect.Throws<ArgumentException>(
                    () => till.ReturnPoints(new ReturnPointsRequest { Card = "A", Original = "o", Points = 0 }));
            }
        }
    }
}
