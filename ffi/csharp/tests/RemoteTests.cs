using System;
using System.IO;
using System.Linq;
using System.Text;

namespace Tillbook.Tests
{
    /// <summary>
    /// What only the other remote systems have: members, coupons, orders, pushes, tokens of the host.
    /// </summary>
    public static class RemoteTests
    {
        private const string Pace = "{\"pacing\":{\"backoff_ms\":5,\"backoff_max_ms\":40,\"restart_jitter_ms\":5}}";

        private static Config Base()
        {
            return new Config { Merchant = "面馆", Store = "Store 1", Till = "Till 1", Settings = Pace };
        }

        private static Till Gree()
        {
            var config = Base();
            config.Gree = new GreeConfig
            {
                BaseUrl = Sandbox.Url, AppId = "wkb1ag2hdad7e6jw1r", AppSecret = "XYZ", ProjectId = "18756",
                QuietPeriod = TimeSpan.FromMilliseconds(60),
                Settings = "{\"events\":{\"accrue\":\"event_add\",\"redeem\":\"event_subtract\"},\"out_biz_no\":\"key\"," +
                    "\"coupon_fee_unit\":{\"list\":\"yuan\",\"template\":\"fen\"}}",
            };
            return Sandbox.Open(config, new OpenOptions { HostTokens = true });
        }

        private static string Token()
        {
            return Sandbox.Member(Sandbox.Post("gree/tokens", "{}"), "access_token");
        }

        public static void The_host_gives_the_tokens()
        {
            using (var till = Gree())
            {
                string wanted = null;
                till.TokenWanted += (sender, e) =>
                {
                    wanted = e.Wanted.Provider + "|" + e.Wanted.Refused;
                    ((Till)sender).GiveToken(e.Wanted.Provider, Token());
                };
                Expect.Equal(null, till.NextTokenWanted());
                var phone = Sandbox.Phone();
                Sandbox.Post("gree/member", "{\"phone\":\"" + phone + "\",\"name\":\"黄小明\",\"points\":50}");
                Expect.Soon(() =>
                {
                    try
                    {
                        return till.ServeCard(phone).PointsConfirmed == 50;
                    }
                    catch (UnreachableException)
                    {
                        return false;
                    }
                }, "a token is asked for and given");
                Expect.Equal("gree|", wanted);
                Expect.Throws<InvalidInputException>(() => till.GiveToken("sandy", "x"));
            }
            using (var till = Sandbox.Open())
            {
                Expect.Throws<UnsupportedException>(() => till.GiveToken("gree", "x"));
                Expect.Throws<UnsupportedException>(() => till.TokenWanted += (sender, e) => { });
            }
        }

        public static void Members_points_orders_and_coupons()
        {
            using (var till = Gree())
            {
                till.GiveToken("gree", Token());
                var phone = Sandbox.Phone();
                var online = Delivery.RequireOnline;
                Expect.Equal(Promise.OnlineApproved, till.Register(
                    new RegisterRequest { Phone = phone, Name = "赵丽😀", Delivery = online }).Promise);
                Expect.Equal("赵丽😀", till.ServeMember(phone).Name);
                till.AccruePoints(new AccruePointsRequest { Card = phone, Points = 40, OpId = "acc", Delivery = online });
                till.RedeemPoints(new RedeemPointsRequest { Card = phone, Points = 15, OpId = "red", Delivery = online });
                till.ReturnPoints(new ReturnPointsRequest { Card = phone, Original = "red", Everything = true, Delivery = online });
                Expect.Equal(40L, till.ServeCard(phone).PointsConfirmed);
                Expect.True(till.PointsHistory(phone, 1, 20).Lines.Any(it => it.Points == 40), "the history");
                Expect.True(till.ServeCard(phone).Growth != null, "growth");
                var shown = till.MemberCode(phone);
                Expect.Equal(phone, till.ServeCode(shown).Number);
                till.SendSms(phone);
                Expect.True(!till.JudgeSms(phone, "nope"), "a wrong code");

                var order = new PushOrderRequest { Card = phone, Amount = 66.6m, OpId = "order", Delivery = online };
                order.Lines.Add(new OrderLine { Item = "tea", Name = "奶茶", Quantity = 2, Amount = 36.6m, Points = 3 });
                order.Lines.Add(new OrderLine { Item = "rice", Name = "米饭", Quantity = 0.35m, Amount = 30, Points = 2 });
                Expect.Equal(Promise.OnlineApproved, till.PushOrder(order).Promise);
                var back = new ReturnOrderRequest { Card = phone, Original = "order", Delivery = online };
                back.Lines.Add(new OrderLine { Item = "tea", Name = "奶茶", Quantity = 1, Amount = 18.3m });
                Expect.Equal(Promise.OnlineApproved, till.ReturnOrder(back).Promise);

                var template = new CouponTemplate
                {
                    Id = "t" + phone, Name = "满50减10", Effect = CouponEffect.OrderReduction, Reduction = 10, Minimum = 50,
                    ValidDays = 30, Rules = "满50可用", Quantity = 100, PerMember = 3,
                };
                Expect.Equal(Promise.OnlineApproved, till.AddCouponTemplate(
                    new AddCouponTemplateRequest { Template = template, Delivery = online }).Promise);
                var given = till.GiveCoupon(new GiveCouponRequest
                {
                    Card = phone, TemplateId = template.Id, Delivery = online,
                });
                till.ServeCard(phone);
                var coupon = till.Coupons(phone).Single();
                Expect.Equal(given.Coupon, coupon.Code);
                Expect.Equal(10m, coupon.Reduction);
                Expect.Equal(50m, coupon.Minimum);
                Expect.Equal(CouponStatus.Valid, coupon.Status);
                Expect.Equal(CouponEffect.OrderReduction, coupon.Effect);
                Expect.True(coupon.Ends > DateTimeOffset.UtcNow && coupon.Stores.Count == 0, "for how long and where");

                var ask = new ValidateCouponRequest { Card = phone, Coupon = coupon.Code, Amount = 40 };
                var said = till.ValidateCoupon(ask);
                Expect.True(!said.Passed && said.FailedRule == CouponRule.Minimum && said.Verdicts.Count > 5, "too little");
                ask.Amount = 60;
                said = till.ValidateCoupon(ask);
                Expect.True(said.Passed && said.Known && said.Verdicts.All(it => it.Passed || it.Rule == CouponRule.Offline),
                    "enough");
                Expect.Equal(10m, said.Discount);
                var used = till.RedeemCoupon(new RedeemCouponRequest
                {
                    Card = phone, Coupon = coupon.Code, Amount = 60, OpId = "use", Delivery = online,
                });
                Expect.Equal(Promise.OnlineApproved, used.Promise);
                Expect.Equal(10m, used.Discount);
                till.SetCouponStatus(new SetCouponStatusRequest
                {
                    Card = phone, Coupon = coupon.Code, CouponStatus = CouponStatus.Valid, Delivery = online,
                });
                till.ServeCard(phone);
                Expect.Equal(CouponStatus.Valid, till.Coupons(phone).Single().Status);
            }
        }

        public static void Members_pages_statistics_and_pushes()
        {
            var keys = Environment.GetEnvironmentVariable("TILLBOOK_SANDBOX_KEYS");
            var config = Base();
            config.Freemud = new FreemudConfig
            {
                BaseUrl = Sandbox.Url, AppId = "2eb5c8f1170246429755e6dac313f89d", PartnerId = "1864", AccessToken = "test",
                ChannelCode = "dsf", RegisterType = "store", QuietPeriod = TimeSpan.FromMilliseconds(60),
                PrivateKey = File.ReadAllText(Path.Combine(keys, "test-client-private.pem")),
                PlatformKey = File.ReadAllText(Path.Combine(keys, "test-platform-public.pem")),
                Settings = "{\"third_party_code\":\"{phone}\"}",
            };
            using (var till = Sandbox.Open(config))
            {
                var phone = Sandbox.Phone();
                Sandbox.Post("freemud/member", "{\"mobile\":\"" + phone + "\",\"name\":\"孙浩\",\"points\":50}");
                var page = till.PullMembers(1, 200);
                Expect.True(page.Number == 1 && page.Lines.Any(it => it.Phone == phone && it.Points == 50), "the members");
                var online = Delivery.RequireOnline;
                Expect.Equal("孙浩", till.ServeMember(page.Lines.Single(it => it.Phone == phone).Reference).Name);
                var card = till.CardsByPhone(phone).Single().Number;
                till.AdjustPoints(new AdjustPointsRequest { Card = card, Points = 5, Delivery = online });
                till.AdjustPoints(new AdjustPointsRequest { Card = card, Points = -3, Delivery = online });
                till.UpdatePoints(new UpdatePointsRequest { Card = card, Points = 4, Delivery = online });
                Expect.Equal(56L, till.PointsStatistics(card).Current);
                till.RedeemPoints(new RedeemPointsRequest { Card = card, Points = 9, Order = "T-1", Delivery = online });
                Expect.Equal(47L, till.PointsStatistics(card).Current);
                var back = till.ReturnPointsOfOrder(new ReturnPointsOfOrderRequest
                {
                    Card = card, Order = "T-1", Delivery = online,
                });
                Expect.True(back.Promise == Promise.OnlineApproved, back.Promise + " " + back.RemoteMessage);
                Expect.Equal(56L, till.PointsStatistics(card).Current);

                var push = Sandbox.Post("freemud/push", "{\"seq\":1}");
                var body = Encoding.UTF8.GetBytes(Sandbox.Member(push, "body"));
                var answer = Encoding.UTF8.GetString(till.ApplyPush("freemud", body));
                Expect.True(answer.Contains("100"), answer);
                var forged = Encoding.UTF8.GetBytes(Sandbox.Member(push, "wrong"));
                Expect.Throws<RemoteRefusedException>(() => till.ApplyPush("freemud", forged));
                Expect.Throws<TillbookException>(() => till.ApplyPush("freemud", new byte[0]));
            }
        }

        public static void Points_that_are_known_by_import_only()
        {
            var config = Base();
            config.Yonyou = new YonyouConfig
            {
                BaseUrl = Sandbox.Url, FromAccount = "openapi_dev", ToAccount = "openapi_ent", AppKey = "opa6fdd4bea98b95ad7",
                AppSecret = "test", SoleUser = true, QuietPeriod = TimeSpan.FromMilliseconds(60),
            };
            using (var till = Sandbox.Open(config))
            {
                var online = Delivery.RequireOnline;
                var accrue = new AccruePointsRequest { Card = "Y1", Amount = 100, Delivery = online };
                Expect.Throws<UnknownReferenceException>(() => till.AccruePoints(accrue));
                var mid = "9" + Sandbox.Phone();
                Sandbox.Post("yonyou/member", "{\"mid\":\"" + mid + "\",\"points\":50}");
                till.SetReference("Y1", "yonyou", mid);
                Expect.Equal(mid, till.Accounts("Y1").Single().Reference);
                Expect.Equal(Promise.OnlineApproved, till.AccruePoints(accrue).Promise);
                Expect.Equal(Promise.OnlineApproved, till.CarryOverPoints(
                    new CarryOverPointsRequest { Card = "Y1", Points = 500, Delivery = online }).Promise);
            }
        }
    }
}
