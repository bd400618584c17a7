    // ---- Made by `generate` from tillbook.h; do not edit below ----

    /// <summary>Who may say yes to a call. A number that a later release adds stays what it is.</summary>
    public enum Delivery
    {
        /// <summary>As Delivery.PreferOnline with the configured time-out.</summary>
        Default = 0,

        /// <summary>
        /// The till decides by its policy, at once. While the remote is healthy this acts as Delivery.PreferOnline
        /// unless the policy permits otherwise.
        /// </summary>
        Offline = 1,

        /// <summary>The remote decides if it answers within the time-out, else the till does by its policy.</summary>
        PreferOnline = 2,

        /// <summary>The remote decides, or nobody does.</summary>
        RequireOnline = 3,
    }

    /// <summary>What a coupon does. A number that a later release adds stays what it is.</summary>
    public enum CouponEffect
    {
        /// <summary>None, or not told.</summary>
        None = 0,

        /// <summary>The coupon takes money off the order.</summary>
        OrderReduction = 1,

        /// <summary>The coupon gives a rate on the order.</summary>
        OrderDiscount = 2,

        /// <summary>The coupon takes money off its items.</summary>
        ItemReduction = 3,

        /// <summary>The coupon gives a rate on its items.</summary>
        ItemDiscount = 4,

        /// <summary>The coupon takes the shipping off.</summary>
        FreeShipping = 5,
    }

    /// <summary>When a recharge rule applies. A number that a later release adds stays what it is.</summary>
    public enum RechargeRuleKind
    {
        /// <summary>None, or not told.</summary>
        None = 0,

        /// <summary>The rule applies to each recharge.</summary>
        Always = 1,

        /// <summary>The bonus is a share of what is paid in.</summary>
        Percentage = 2,

        /// <summary>The rule applies from an amount on; of several the highest one reached counts.</summary>
        Threshold = 3,
    }

    /// <summary>
    /// What may be done about an unknown outcome. A number that a later release adds stays what it is.
    /// </summary>
    public enum Guarantee
    {
        /// <summary>None, or not told.</summary>
        None = 0,

        /// <summary>After an unknown outcome it is sent again: the remote carries out what it has seen once.</summary>
        Repeat = 1,

        /// <summary>It sets a status, which is read first.</summary>
        SetStatus = 2,

        /// <summary>The remote's records tell what became of it.</summary>
        Probe = 3,

        /// <summary>Nothing tells: an unknown outcome waits for a person.</summary>
        Once = 4,
    }

    /// <summary>What the cashier was told. A number that a later release adds stays what it is.</summary>
    public enum Promise
    {
        /// <summary>None, or not told.</summary>
        None = 0,

        /// <summary>The remote has done it.</summary>
        OnlineApproved = 1,

        /// <summary>This till approved it at the merchant's own risk; the remote will be told later.</summary>
        OfflineApproved = 2,

        /// <summary>The remote refused. Nothing was done.</summary>
        Declined = 3,

        /// <summary>It was sent and nobody knows yet. Hand over nothing; ask again by <c>op_id</c>.</summary>
        InDoubt = 4,

        /// <summary>It was not sent and never will be. Nothing was done.</summary>
        Cancelled = 5,
    }

    /// <summary>Where an operation stands. A number that a later release adds stays what it is.</summary>
    public enum OperationState
    {
        /// <summary>None, or not told.</summary>
        None = 0,

        /// <summary>Waits to be sent.</summary>
        Queued = 1,

        /// <summary>An attempt is under way.</summary>
        Sending = 2,

        /// <summary>Sent, outcome unknown; being found out.</summary>
        InDoubt = 3,

        /// <summary>The remote has it; the base that includes it has not arrived yet.</summary>
        Applied = 4,

        /// <summary>The remote has it and the base includes it.</summary>
        Settled = 5,

        /// <summary>The remote refused what nobody had been promised.</summary>
        Declined = 6,

        /// <summary>The remote refused what had been approved offline. Owed; waits for a person.</summary>
        Rejected = 7,

        /// <summary>Cancelled before it reached the remote.</summary>
        Voided = 8,

        /// <summary>Somebody else changed the same thing meanwhile; closed and notified.</summary>
        Superseded = 9,

        /// <summary>Being undone at the remote.</summary>
        Reversing = 10,

        /// <summary>Undone at the remote.</summary>
        Reversed = 11,

        /// <summary>Waits for a person, with the evidence.</summary>
        Parked = 12,

        /// <summary>Given up by a person.</summary>
        WrittenOff = 13,
    }

    /// <summary>What an operation does. A number that a later release adds stays what it is.</summary>
    public enum OperationKind
    {
        /// <summary>None, or not told.</summary>
        None = 0,

        /// <summary>Opens a card.</summary>
        OpenCard = 1,

        /// <summary>Registers a member by phone.</summary>
        Register = 2,

        /// <summary>Changes a card holder's data.</summary>
        Modify = 3,

        /// <summary>Puts money on a card.</summary>
        Recharge = 4,

        /// <summary>Pays from a card.</summary>
        Consume = 5,

        /// <summary>Grants points.</summary>
        AccruePoints = 6,

        /// <summary>Takes points.</summary>
        RedeemPoints = 7,

        /// <summary>Corrects points, up or down.</summary>
        AdjustPoints = 8,

        /// <summary>Gives redeemed points back, or takes granted ones back.</summary>
        ReturnPoints = 9,

        /// <summary>Sets points to a balance carried over from elsewhere.</summary>
        CarryOverPoints = 10,

        /// <summary>
        /// Changes points through Freemud's endpoint without a key (2.1), for installations that ask for it.
        /// </summary>
        UpdatePoints = 11,

        /// <summary>Gives back all points of an order through Freemud's endpoint without a key (2.3).</summary>
        ReturnPointsOfOrder = 12,

        /// <summary>Uses a coupon.</summary>
        RedeemCoupon = 13,

        /// <summary>Gives a member a coupon.</summary>
        GiveCoupon = 14,

        /// <summary>Sets a coupon's status, or reinstates one that was used here.</summary>
        SetCouponStatus = 15,

        /// <summary>Adds a template that coupons are made from.</summary>
        AddCouponTemplate = 16,

        /// <summary>Records an order.</summary>
        PushOrder = 17,

        /// <summary>Records that an order, or a part of it, came back.</summary>
        ReturnOrder = 18,
    }

    /// <summary>
    /// How sure it is that the remote has an operation. A number that a later release adds stays what it is.
    /// </summary>
    public enum Evidence
    {
        /// <summary>None, or not told.</summary>
        None = 0,

        /// <summary>The remote said so, or its records allow no other reading.</summary>
        Proven = 1,

        /// <summary>Its records fit, but another till's identical sale would look the same.</summary>
        Inferred = 2,

        /// <summary>A person said so.</summary>
        Person = 3,
    }

    /// <summary>A gender. A number that a later release adds stays what it is.</summary>
    public enum Gender
    {
        /// <summary>None, or not told.</summary>
        None = 0,

        /// <summary>Male.</summary>
        Male = 1,

        /// <summary>Female.</summary>
        Female = 2,

        /// <summary>Not told.</summary>
        Unknown = 3,
    }

    /// <summary>A card's status. A number that a later release adds stays what it is.</summary>
    public enum CardStatus
    {
        /// <summary>None, or not told.</summary>
        None = 0,

        /// <summary>The remote knows it and says nothing against it.</summary>
        Active = 1,

        /// <summary>Opened here, not confirmed by the remote yet.</summary>
        Provisional = 2,

        /// <summary>Reported lost, or otherwise not normal at the remote.</summary>
        Blocked = 3,

        /// <summary>Closed, replaced, or unknown to the remote.</summary>
        Closed = 4,
    }

    /// <summary>A coupon's status. A number that a later release adds stays what it is.</summary>
    public enum CouponStatus
    {
        /// <summary>None, or not told.</summary>
        None = 0,

        /// <summary>Deleted or invalid.</summary>
        Invalid = 1,

        /// <summary>May be used.</summary>
        Valid = 2,

        /// <summary>Has been used.</summary>
        Used = 3,

        /// <summary>Is being used: another order has taken it up and is not finished.</summary>
        InUse = 4,

        /// <summary>May not be used yet.</summary>
        NotStarted = 5,
    }

    /// <summary>A rule of a coupon. A number that a later release adds stays what it is.</summary>
    public enum CouponRule
    {
        /// <summary>None, or not told.</summary>
        None = 0,

        /// <summary>The coupon is known here.</summary>
        Known = 1,

        /// <summary>It is valid, as far as is known.</summary>
        Status = 2,

        /// <summary>It has not been used at this till before.</summary>
        NotUsedHere = 3,

        /// <summary>Its time has begun and is not over.</summary>
        Time = 4,

        /// <summary>The order reaches its minimum.</summary>
        Minimum = 5,

        /// <summary>It is for this store.</summary>
        Store = 6,

        /// <summary>Something in the order is what it is for: items and categories.</summary>
        Items = 7,

        /// <summary>It may be used while the remote can't be asked. Looked at only offline.</summary>
        Offline = 8,
    }

    /// <summary>Where a rate comes from. A number that a later release adds stays what it is.</summary>
    public enum RateSource
    {
        /// <summary>None, or not told.</summary>
        None = 0,

        /// <summary>The level's configured rate.</summary>
        Level = 1,

        /// <summary>The rate that the remote last gave this card.</summary>
        LastSeen = 2,

        /// <summary>None is known: the full price was taken. The remote may know better.</summary>
        Unknown = 3,

        /// <summary>The remote computed it.</summary>
        Remote = 4,

        /// <summary>The operation has no price.</summary>
        NotApplicable = 5,
    }

    /// <summary>What a notification is about. A number that a later release adds stays what it is.</summary>
    public enum NoticeKind
    {
        /// <summary>None, or not told.</summary>
        None = 0,

        /// <summary>The remote refused what had been approved offline: owed.</summary>
        Rejected = 1,

        /// <summary>An operation waits for a person's decision.</summary>
        Parked = 2,

        /// <summary>The remote's figures differ from those promised.</summary>
        Variance = 3,

        /// <summary>The card did not cover what had been promised in full.</summary>
        Shortfall = 4,

        /// <summary>The remote took money for something that was not approved here.</summary>
        ChargedWithoutSale = 5,

        /// <summary>Somebody else changed the same data meanwhile; ours was dropped.</summary>
        Superseded = 6,

        /// <summary>An opening was refused, and operations wait behind it.</summary>
        Orphans = 7,

        /// <summary>The remote refuses this till altogether.</summary>
        ProviderHalted = 8,

        /// <summary>The offline limits are nearly used up.</summary>
        LimitsNear = 9,

        /// <summary>
        /// An answer came after its operation had been concluded without it, or a card exists although its opening had
        /// been found to have come to nothing.
        /// </summary>
        Contradiction = 10,

        /// <summary>The remote's running totals went backwards; its figures were not taken.</summary>
        StaleSnapshot = 11,

        /// <summary>Two cards of the book turned out to be one member at a remote.</summary>
        SameMember = 12,

        /// <summary>
        /// The remote's figures changed by something that this till, the card's only writer, has not done.
        /// </summary>
        Unexplained = 13,
    }

    /// <summary>A person's decision. A number that a later release adds stays what it is.</summary>
    public enum Resolution
    {
        /// <summary>None, or not told.</summary>
        None = 0,

        /// <summary>The remote has it. Takes effect together with a fresh read of the account.</summary>
        WasApplied = 1,

        /// <summary>The remote does not have it, and it is not to be sent again.</summary>
        WasNotApplied = 2,

        /// <summary>The remote does not have it: send it again.</summary>
        SendAgain = 3,

        /// <summary>Whatever became of it, the shop bears it.</summary>
        WriteOff = 4,
    }

    /// <summary>What an error is about. A number that a later release adds stays what it is.</summary>
    public enum ErrorDomain
    {
        /// <summary>None, or not told.</summary>
        None = 0,

        /// <summary>The POS program's own call or configuration.</summary>
        Request = 1,

        /// <summary>The till's decision.</summary>
        Decision = 2,

        /// <summary>A remote system.</summary>
        Remote = 3,

        /// <summary>The book's file.</summary>
        Book = 4,

        /// <summary>The till's life (closed, poisoned).</summary>
        Life = 5,

        /// <summary>The use of this interface (100 and above).</summary>
        Abi = 6,
    }

    /// <summary>A language of messages. A number that a later release adds stays what it is.</summary>
    public enum Language
    {
        /// <summary>Messages in English.</summary>
        English = 0,

        /// <summary>Messages in Chinese.</summary>
        Chinese = 1,
    }

    /// <summary>What a label is for. A number that a later release adds stays what it is.</summary>
    public enum LabelKind
    {
        /// <summary>None, or not told.</summary>
        None = 0,

        /// <summary>The value is a TILLBOOK_PROMISE_*.</summary>
        Promise = 1,

        /// <summary>The value is a TILLBOOK_STATE_*.</summary>
        State = 2,

        /// <summary>The value is a TILLBOOK_KIND_*.</summary>
        Kind = 3,

        /// <summary>The value is a TILLBOOK_EVIDENCE_*.</summary>
        Evidence = 4,

        /// <summary>The value is a TILLBOOK_NOTICE_*.</summary>
        Notice = 5,

        /// <summary>The value is a TILLBOOK_RESOLUTION_*.</summary>
        Resolution = 6,

        /// <summary>The value is a TILLBOOK_RULE_*.</summary>
        Rule = 7,
    }

    /// <summary>How much is logged. A number that a later release adds stays what it is.</summary>
    public enum LogLevel
    {
        /// <summary>Nothing is logged: the beginning.</summary>
        Off = 0,

        /// <summary>What was not done and should have been.</summary>
        Error = 1,

        /// <summary>What support staff should know of.</summary>
        Warn = 2,

        /// <summary>What happens.</summary>
        Info = 3,

        /// <summary>Everything.</summary>
        Debug = 4,
    }

    /// <summary>Why the till refuses. A number that a later release adds stays what it is.</summary>
    public enum RefusalReason
    {
        /// <summary>None, or not told.</summary>
        None = 0,

        /// <summary>The card is on this till's exception list.</summary>
        ExceptionList = 1,

        /// <summary>The card is reported lost, or otherwise not normal at the remote.</summary>
        CardBlocked = 2,

        /// <summary>The card is closed, replaced, or unknown to the remote.</summary>
        CardClosed = 3,

        /// <summary>A rule of the coupon does not let it pass.</summary>
        Coupon = 4,

        /// <summary>There is nothing that could be returned.</summary>
        NothingToReturn = 5,

        /// <summary>A card with this number exists.</summary>
        CardExists = 6,

        /// <summary>More than one operation may take offline.</summary>
        FloorLimit = 7,

        /// <summary>More than may be open on one card.</summary>
        CardLimit = 8,

        /// <summary>More than may be open on all cards of one phone number.</summary>
        PhoneLimit = 9,

        /// <summary>More than may be open on this till.</summary>
        OutageLimit = 10,

        /// <summary>So many offline approvals are open on this till as may be.</summary>
        OutageOperations = 11,

        /// <summary>The card's balance was confirmed too long ago.</summary>
        BaseTooOld = 12,

        /// <summary>This till has never seen the card.</summary>
        UnknownCard = 13,

        /// <summary>The machine's clock is behind the book's time.</summary>
        ClockBehind = 14,

        /// <summary>What the decision needs has never been fetched.</summary>
        NeverFetched = 15,

        /// <summary>Not enough money is available.</summary>
        InsufficientFunds = 16,

        /// <summary>Not enough points are available.</summary>
        InsufficientPoints = 17,

        /// <summary>A reason of a later release; the message tells it.</summary>
        Other = 99,
    }

    /// <summary>What a refusal's figures count. A number that a later release adds stays what it is.</summary>
    public enum RefusalUnit
    {
        /// <summary>The figures count nothing.</summary>
        None = 0,

        /// <summary>The figures are fen.</summary>
        Fen = 1,

        /// <summary>The figures are points.</summary>
        Points = 2,

        /// <summary>The figures are seconds.</summary>
        Seconds = 3,

        /// <summary>The figures are operations.</summary>
        Operations = 4,
    }

    /// <summary>Whether a remote is there. A number that a later release adds stays what it is.</summary>
    public enum LinkState
    {
        /// <summary>None, or not told.</summary>
        None = 0,

        /// <summary>The remote has answered lately.</summary>
        Up = 1,

        /// <summary>The remote has not been asked for a while.</summary>
        Unknown = 2,

        /// <summary>The remote has asked to be left alone for a while.</summary>
        Paused = 3,

        /// <summary>The remote does not answer; it is probed from time to time.</summary>
        Down = 4,

        /// <summary>The remote refuses this till altogether; it is probed from time to time.</summary>
        Halted = 5,
    }

    /// <summary>A request's method. A number that a later release adds stays what it is.</summary>
    public enum TransportMethod
    {
        /// <summary>None, or not told.</summary>
        None = 0,

        /// <summary>GET, without a body.</summary>
        Get = 1,

        /// <summary>POST with a body.</summary>
        Post = 2,
    }

    /// <summary>What a call of the library came to. A number that a later release adds stays what it is.</summary>
    public enum Status
    {
        /// <summary>Done. Out parameters are written.</summary>
        Ok = 0,

        /// <summary>A list has no further row. No error: nothing is written, <c>*err</c> is NULL.</summary>
        Done = -1,

        /// <summary>A field of the request breaks a rule; the error names it.</summary>
        InvalidInput = 1,

        /// <summary>
        /// The offline policy, the card's state or its funds refuse; the error carries the refusal with its figures.
        /// Nothing was written.
        /// </summary>
        Refused = 2,

        /// <summary>
        /// The op_id was used before with other business content; the error names the first field that differs.
        /// </summary>
        Conflict = 3,

        /// <summary>
        /// An operation on this account waits for its outcome or for a person, and the call requires the remote. The
        /// error names the operation.
        /// </summary>
        LaneHeld = 4,

        /// <summary>The remote can't be reached, and the call requires it. Nothing was written.</summary>
        Unreachable = 5,

        /// <summary>No such card, operation or notification.</summary>
        NotFound = 6,

        /// <summary>None of the configured remotes can do this, or this build can't.</summary>
        Unsupported = 7,

        /// <summary>The operation is not in a state in which this can be done to it.</summary>
        WrongState = 8,

        /// <summary>The remote answered a read with something that is not its dialect, or refused it.</summary>
        RemoteRefused = 9,

        /// <summary>The configuration breaks a rule; the error names the key.</summary>
        InvalidConfig = 10,

        /// <summary>What the remote calls the account is not known: tillbook_set_reference.</summary>
        UnknownReference = 11,

        /// <summary>The book belongs to another merchant, store, till or remote, and operations are open.</summary>
        WrongMerchant = 20,

        /// <summary>Another process, or another till of this one, has the book open.</summary>
        BookInUse = 21,

        /// <summary>The file is no tillbook book.</summary>
        NotABook = 22,

        /// <summary>The book was written by a newer release than this one can read.</summary>
        NewerBook = 23,

        /// <summary>The book's file is damaged. Nothing was changed.</summary>
        Corrupt = 24,

        /// <summary>No permission to read or write the book.</summary>
        NoPermission = 25,

        /// <summary>The disk is full. The call left nothing behind.</summary>
        DiskFull = 26,

        /// <summary>Reading or writing the book failed. The call left nothing behind.</summary>
        Storage = 27,

        /// <summary>
        /// A panic while the book was being written. Close the till and open it again; asking again by op_id tells what
        /// became of the call.
        /// </summary>
        Poisoned = 28,

        /// <summary>The till is closed.</summary>
        Closed = 29,

        /// <summary>An argument, or a field that must be given, is NULL.</summary>
        NullArgument = 100,

        /// <summary>
        /// A struct_size that can't be, or fields that are not zero and unknown to this library. Nothing was done.
        /// </summary>
        BadStruct = 101,

        /// <summary>Text that is not UTF-8; the error says so where it looks like GBK.</summary>
        BadText = 102,

        /// <summary>A handle that was freed, is stale, of another kind, or never one.</summary>
        BadHandle = 103,

        /// <summary>The process is a fork of one that used the library. Nothing was done, and nothing can be.</summary>
        Forked = 104,

        /// <summary>A panic inside that did not concern the book. The call may be made again.</summary>
        Panic = 105,

        /// <summary>Too many handles are alive: errors or lists are not being freed.</summary>
        TooManyHandles = 106,

        /// <summary>The program was compiled with the header of an ABI that this library does not speak.</summary>
        AbiMismatch = 107,
    }

    /// <summary>What became of a request. A number that a later release adds stays what it is.</summary>
    public enum TransportOutcome
    {
        /// <summary>There is an answer, whatever its status.</summary>
        Sent = 0,

        /// <summary>Certainly no byte of the request left (name, connection or TLS failed).</summary>
        NotSent = 1,

        /// <summary>Part or all of the request may have arrived. Also for a transport that can't tell.</summary>
        MaybeSent = 2,
    }

    /// <summary>What prices are rounded to. A number that a later release adds stays what it is.</summary>
    public enum RoundingUnit
    {
        /// <summary>None, or not told.</summary>
        None = 0,

        /// <summary>Prices are rounded to the fen.</summary>
        Fen = 1,

        /// <summary>Prices are rounded to the jiao.</summary>
        Jiao = 2,

        /// <summary>Prices are rounded to the yuan.</summary>
        Yuan = 3,
    }

    /// <summary>How prices are rounded. A number that a later release adds stays what it is.</summary>
    public enum RoundingMode
    {
        /// <summary>None, or not told.</summary>
        None = 0,

        /// <summary>Prices are rounded to the nearest unit, halves up.</summary>
        HalfUp = 1,

        /// <summary>Prices are rounded down.</summary>
        Down = 2,

        /// <summary>Prices are rounded up.</summary>
        Up = 3,
    }

    /// <summary>A struct that begins with its size.</summary>
    internal interface ISized
    {
        /// <summary>Sets the size.</summary>
        UIntPtr Size { set; }
    }

    /// <summary>Text in 16 bytes, with its NUL.</summary>
    [StructLayout(LayoutKind.Sequential, Size = 16)]
    internal struct Chars16
    {
        private byte first;
    }

    /// <summary>Text in 40 bytes, with its NUL.</summary>
    [StructLayout(LayoutKind.Sequential, Size = 40)]
    internal struct Chars40
    {
        private byte first;
    }

    /// <summary>Text in 72 bytes, with its NUL.</summary>
    [StructLayout(LayoutKind.Sequential, Size = 72)]
    internal struct Chars72
    {
        private byte first;
    }

    /// <summary>Text in 136 bytes, with its NUL.</summary>
    [StructLayout(LayoutKind.Sequential, Size = 136)]
    internal struct Chars136
    {
        private byte first;
    }

    /// <summary>Text in 256 bytes, with its NUL.</summary>
    [StructLayout(LayoutKind.Sequential, Size = 256)]
    internal struct Chars256
    {
        private byte first;
    }

    /// <summary>Text in 264 bytes, with its NUL.</summary>
    [StructLayout(LayoutKind.Sequential, Size = 264)]
    internal struct Chars264
    {
        private byte first;
    }

    /// <summary>Text in 1024 bytes, with its NUL.</summary>
    [StructLayout(LayoutKind.Sequential, Size = 1024)]
    internal struct Chars1024
    {
        private byte first;
    }

    /// <summary>Text in 4104 bytes, with its NUL.</summary>
    [StructLayout(LayoutKind.Sequential, Size = 4104)]
    internal struct Chars4104
    {
        private byte first;
    }

    /// <summary>
    /// Text that goes in: UTF-8, not necessarily NUL-terminated. All zero: not given. <c>size</c> counts bytes, or is
    /// TILLBOOK_NUL_TERMINATED. <c>tillbook_str_of("...")</c> makes one. The library copies what it keeps, so the bytes
    /// need to live no longer than the call.
    /// </summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct tillbook_str
    {
        /// <summary>The first byte, or NULL where no text is given.</summary>
        public IntPtr data;
        /// <summary>How many bytes, or TILLBOOK_NUL_TERMINATED.</summary>
        public UIntPtr size;
    }

    /// <summary>What every call may carry. A request without one (NULL) has the defaults.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct tillbook_call : ISized
    {
        /// <summary>The size of this struct: tillbook_call_init sets it.</summary>
        public UIntPtr struct_size;
        /// <summary>
        /// Names the operation, so that the same call made again finds it instead of doing it twice: 1 to 64 visible
        /// ASCII characters, unique in the book. Write it down before the call, and a crash of the POS loses nothing:
        /// make the same call again, or ask with tillbook_operation. Missing: the library makes one.
        /// </summary>
        public tillbook_str op_id;
        /// <summary>The POS's own ticket number, at most 64 characters.</summary>
        public tillbook_str ticket;
        /// <summary>Who works the till, at most 64 characters.</summary>
        public tillbook_str operator_name;
        /// <summary>Who stands behind it, at most 64 characters.</summary>
        public tillbook_str supervisor;
        /// <summary>The shift, at most 64 characters.</summary>
        public tillbook_str shift;
        /// <summary>Why, at most 200 characters.</summary>
        public tillbook_str reason;
        /// <summary>Who may say yes, TILLBOOK_DELIVERY_*.</summary>
        public int delivery;
        /// <summary>How long the cashier waits, in milliseconds, at most 600,000. 0: the configured time-out.</summary>
        public uint timeout_ms;

        UIntPtr ISized.Size { set { struct_size = value; } }
    }

    /// <summary>Opens a card.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct tillbook_open_card_request : ISized
    {
        /// <summary>The size of this struct: tillbook_open_card_request_init sets it.</summary>
        public UIntPtr struct_size;
        /// <summary>What every call may carry; NULL: the defaults.</summary>
        public IntPtr call;
        /// <summary>The card's number, 1 to 32 characters. Required.</summary>
        public tillbook_str card;
        /// <summary>The level by its name or the remote's identifier. Required.</summary>
        public tillbook_str level;
        /// <summary>The holder's name, at most 64 characters.</summary>
        public tillbook_str name;
        /// <summary>The holder's phone: 5 to 20 digits with an optional plus.</summary>
        public tillbook_str phone;
        /// <summary>The holder's gender, TILLBOOK_GENDER_*; 0: not told.</summary>
        public int gender;
        /// <summary>0.</summary>
        public int reserved;

        UIntPtr ISized.Size { set { struct_size = value; } }
    }

    /// <summary>
    /// What a call returns to the POS. The promise and the figures told with it are as they were recorded and never
    /// change; <c>state</c> and everything below it tell how things stand now. Money in fen, times in milliseconds
    /// since 1970 UTC. Texts that do not fit are cut and end in "…"; tillbook_operation_details has them whole.
    /// </summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct tillbook_receipt : ISized
    {
        /// <summary>The size of this struct: tillbook_receipt_init sets it.</summary>
        public UIntPtr struct_size;
        /// <summary>
        /// What the cashier was told, TILLBOOK_PROMISE_*. 0 only while another thread's call still waits for its
        /// outcome.
        /// </summary>
        public int promise;
        /// <summary>
        /// 1: goods may be handed over (or cash be taken in): approved, and not voided since. Else 0.
        /// </summary>
        public int approved;
        /// <summary>What the operation does, TILLBOOK_KIND_*.</summary>
        public int kind;
        /// <summary>Where the rate comes from, TILLBOOK_RATE_*.</summary>
        public int rate_source;
        /// <summary>The sale's total before any discount, or what is paid in.</summary>
        public long original;
        /// <summary>The part of it that the member's discount applies to.</summary>
        public long discountable;
        /// <summary>What the discount takes off. original = actual + discount.</summary>
        public long discount;
        /// <summary>What is to be paid. actual = from_card + due.</summary>
        public long actual;
        /// <summary>What the card pays.</summary>
        public long from_card;
        /// <summary>What the customer still has to pay by other means. Always look at it.</summary>
        public long due;
        /// <summary>What a recharge brings on top.</summary>
        public long bonus;
        /// <summary>The points that it brings or, below zero, takes.</summary>
        public long points;
        /// <summary>When the operation was written down.</summary>
        public long created_at;
        /// <summary>Why the till withheld an approval, TILLBOOK_REFUSAL_*; 0 where it did not.</summary>
        public int refusal;
        /// <summary>What the next three count, TILLBOOK_UNIT_*.</summary>
        public int refusal_unit;
        /// <summary>The limit, or what is available.</summary>
        public long refusal_limit;
        /// <summary>How much of it is used.</summary>
        public long refusal_used;
        /// <summary>How much was asked for.</summary>
        public long refusal_requested;
        /// <summary>Where the operation stands now, TILLBOOK_STATE_*.</summary>
        public int state;
        /// <summary>
        /// How sure it is that the remote has it, TILLBOOK_EVIDENCE_*; 0 where it has not, or nobody knows.
        /// </summary>
        public int evidence;
        /// <summary>
        /// How much more (below zero: less) the remote took from or put on the card than was told; 0: it agrees or does
        /// not say.
        /// </summary>
        public long variance;
        /// <summary>
        /// What the remote told: TILLBOOK_CONFIRMED_*; 0 where it has not confirmed. A figure without its bit is 0.
        /// </summary>
        public uint confirmed;
        /// <summary>0.</summary>
        public int reserved;
        /// <summary>The price before the discount, or what was paid in.</summary>
        public long confirmed_original;
        /// <summary>The price after it, or what was added with its bonus.</summary>
        public long confirmed_actual;
        /// <summary>The discount.</summary>
        public long confirmed_discount;
        /// <summary>What the card paid.</summary>
        public long confirmed_from_card;
        /// <summary>What the customer still owes.</summary>
        public long confirmed_due;
        /// <summary>What a recharge brought on top.</summary>
        public long confirmed_bonus;
        /// <summary>Points on top.</summary>
        public long confirmed_bonus_points;
        /// <summary>Stored value afterwards.</summary>
        public long confirmed_money_after;
        /// <summary>Points afterwards.</summary>
        public long confirmed_points_after;
        /// <summary>Stored value as the remote last told it.</summary>
        public long money_confirmed;
        /// <summary>Stored value with everything that is still open.</summary>
        public long money_expected;
        /// <summary>Stored value that may be spent here and now.</summary>
        public long money_available;
        /// <summary>Points as the remote last told them.</summary>
        public long points_confirmed;
        /// <summary>Points with everything that is still open.</summary>
        public long points_expected;
        /// <summary>Points that may be spent here and now.</summary>
        public long points_available;
        /// <summary>As of when the confirmed balances are; 0: never read.</summary>
        public long as_of;
        /// <summary>The operation's name.</summary>
        public Chars72 op_id;
        /// <summary>The ten digits to print on the slip, where an entry was written; else empty.</summary>
        public Chars16 receipt_no;
        /// <summary>The card's number.</summary>
        public Chars136 card;
        /// <summary>
        /// The share that a member pays of the discountable part, as "0.8"; empty where there is none.
        /// </summary>
        public Chars40 rate;
        /// <summary>The same as the remote told it; empty where it did not.</summary>
        public Chars40 confirmed_rate;
        /// <summary>The code of a coupon that was given; else empty.</summary>
        public Chars72 coupon;
        /// <summary>Why the till withheld an approval, for the cashier, in English; else empty.</summary>
        public Chars256 refusal_en;
        /// <summary>The same in Chinese.</summary>
        public Chars256 refusal_zh;
        /// <summary>The remote's own words where it refused; else empty.</summary>
        public Chars256 remote_message;
        /// <summary>Why it waits, where it waits for a person; else empty.</summary>
        public Chars256 waits_for;

        UIntPtr ISized.Size { set { struct_size = value; } }
    }

    /// <summary>Changes a holder's data: at least one of them. What is not given stays.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct tillbook_modify_request : ISized
    {
        /// <summary>The size of this struct: tillbook_modify_request_init sets it.</summary>
        public UIntPtr struct_size;
        /// <summary>What every call may carry; NULL: the defaults.</summary>
        public IntPtr call;
        /// <summary>The card's number, 1 to 32 characters. Required.</summary>
        public tillbook_str card;
        /// <summary>The new name, at most 64 characters.</summary>
        public tillbook_str name;
        /// <summary>The new phone: 5 to 20 digits with an optional plus.</summary>
        public tillbook_str phone;
        /// <summary>The new birthday as YYYY-MM-DD.</summary>
        public tillbook_str birthday;
        /// <summary>The new gender, TILLBOOK_GENDER_*; 0: it stays.</summary>
        public int gender;
        /// <summary>0.</summary>
        public int reserved;

        UIntPtr ISized.Size { set { struct_size = value; } }
    }

    /// <summary>Puts money on a card.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct tillbook_recharge_request : ISized
    {
        /// <summary>The size of this struct: tillbook_recharge_request_init sets it.</summary>
        public UIntPtr struct_size;
        /// <summary>What every call may carry; NULL: the defaults.</summary>
        public IntPtr call;
        /// <summary>The card's number, 1 to 32 characters. Required.</summary>
        public tillbook_str card;
        /// <summary>What is paid in, in fen, above zero.</summary>
        public long amount;
        /// <summary>How it is paid: one of the remote's pay types (tillbook_pay_types_of).</summary>
        public long pay_type;

        UIntPtr ISized.Size { set { struct_size = value; } }
    }

    /// <summary>Pays from a card.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct tillbook_consume_request : ISized
    {
        /// <summary>The size of this struct: tillbook_consume_request_init sets it.</summary>
        public UIntPtr struct_size;
        /// <summary>What every call may carry; NULL: the defaults.</summary>
        public IntPtr call;
        /// <summary>The card's number, 1 to 32 characters. Required.</summary>
        public tillbook_str card;
        /// <summary>The sale's total before any discount, in fen, above zero.</summary>
        public long total;
        /// <summary>
        /// The part of it that the member's discount applies to, in fen, where has_discountable is 1; else all of it.
        /// </summary>
        public long discountable;
        /// <summary>1: <c>discountable</c> is given.</summary>
        public int has_discountable;
        /// <summary>
        /// 1: the card may pay a part where it can't pay all; the rest is <c>due</c>. 0: all or nothing, though a
        /// remote may let the card pay a part all the same.
        /// </summary>
        public int partial;

        UIntPtr ISized.Size { set { struct_size = value; } }
    }

    /// <summary>Registers a member by phone.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct tillbook_register_request : ISized
    {
        /// <summary>The size of this struct: tillbook_register_request_init sets it.</summary>
        public UIntPtr struct_size;
        /// <summary>What every call may carry; NULL: the defaults.</summary>
        public IntPtr call;
        /// <summary>The member's phone: 5 to 20 digits with an optional plus. Required.</summary>
        public tillbook_str phone;
        /// <summary>The till's number for the member. Missing: the phone.</summary>
        public tillbook_str card;
        /// <summary>The member's name, at most 64 characters.</summary>
        public tillbook_str name;
        /// <summary>The birthday as YYYY-MM-DD.</summary>
        public tillbook_str birthday;
        /// <summary>The code that the member was sent (tillbook_send_sms), where the remote asks for one.</summary>
        public tillbook_str sms_code;
        /// <summary>The gender, TILLBOOK_GENDER_*; 0: not told.</summary>
        public int gender;
        /// <summary>0.</summary>
        public int reserved;

        UIntPtr ISized.Size { set { struct_size = value; } }
    }

    /// <summary>Takes points from a card.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct tillbook_redeem_points_request : ISized
    {
        /// <summary>The size of this struct: tillbook_redeem_points_request_init sets it.</summary>
        public UIntPtr struct_size;
        /// <summary>What every call may carry; NULL: the defaults.</summary>
        public IntPtr call;
        /// <summary>The card's number, 1 to 32 characters. Required.</summary>
        public tillbook_str card;
        /// <summary>How many, at least one.</summary>
        public long points;
        /// <summary>The sale that they pay for, in fen; 0: not told.</summary>
        public long amount;
        /// <summary>The POS's own number of the order: told to the remote for people, never as a key.</summary>
        public tillbook_str order;

        UIntPtr ISized.Size { set { struct_size = value; } }
    }

    /// <summary>Grants points: a number of them, or what the remote grants for an amount.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct tillbook_accrue_points_request : ISized
    {
        /// <summary>The size of this struct: tillbook_accrue_points_request_init sets it.</summary>
        public UIntPtr struct_size;
        /// <summary>What every call may carry; NULL: the defaults.</summary>
        public IntPtr call;
        /// <summary>The card's number, 1 to 32 characters. Required.</summary>
        public tillbook_str card;
        /// <summary>How many, at least one; 0: what the amount brings.</summary>
        public long points;
        /// <summary>The sale that they are for, in fen; 0: not told.</summary>
        public long amount;
        /// <summary>The POS's own number of the order: told to the remote for people, never as a key.</summary>
        public tillbook_str order;

        UIntPtr ISized.Size { set { struct_size = value; } }
    }

    /// <summary>Corrects points, up or down.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct tillbook_adjust_points_request : ISized
    {
        /// <summary>The size of this struct: tillbook_adjust_points_request_init sets it.</summary>
        public UIntPtr struct_size;
        /// <summary>What every call may carry; NULL: the defaults.</summary>
        public IntPtr call;
        /// <summary>The card's number, 1 to 32 characters. Required.</summary>
        public tillbook_str card;
        /// <summary>How many, below zero to take them; not zero.</summary>
        public long points;

        UIntPtr ISized.Size { set { struct_size = value; } }
    }

    /// <summary>Undoes an accrual or a redemption of this till, or a part of it.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct tillbook_return_points_request : ISized
    {
        /// <summary>The size of this struct: tillbook_return_points_request_init sets it.</summary>
        public UIntPtr struct_size;
        /// <summary>What every call may carry; NULL: the defaults.</summary>
        public IntPtr call;
        /// <summary>The card's number, 1 to 32 characters. Required.</summary>
        public tillbook_str card;
        /// <summary>The op_id of what is undone. Required.</summary>
        public tillbook_str original;
        /// <summary>How many, at least one; 0: all that is left.</summary>
        public long points;
        /// <summary>The part of the sale that comes back, in fen; 0: not told.</summary>
        public long amount;

        UIntPtr ISized.Size { set { struct_size = value; } }
    }

    /// <summary>Sets points to a balance carried over from elsewhere.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct tillbook_carry_over_points_request : ISized
    {
        /// <summary>The size of this struct: tillbook_carry_over_points_request_init sets it.</summary>
        public UIntPtr struct_size;
        /// <summary>What every call may carry; NULL: the defaults.</summary>
        public IntPtr call;
        /// <summary>The card's number, 1 to 32 characters. Required.</summary>
        public tillbook_str card;
        /// <summary>The balance, not below zero.</summary>
        public long points;

        UIntPtr ISized.Size { set { struct_size = value; } }
    }

    /// <summary>Changes points through Freemud's endpoint without a key (2.1).</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct tillbook_update_points_request : ISized
    {
        /// <summary>The size of this struct: tillbook_update_points_request_init sets it.</summary>
        public UIntPtr struct_size;
        /// <summary>What every call may carry; NULL: the defaults.</summary>
        public IntPtr call;
        /// <summary>The card's number, 1 to 32 characters. Required.</summary>
        public tillbook_str card;
        /// <summary>How many, below zero to take them; not zero.</summary>
        public long points;

        UIntPtr ISized.Size { set { struct_size = value; } }
    }

    /// <summary>Gives back all points of an order through Freemud's endpoint without a key (2.3).</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct tillbook_return_points_of_order_request : ISized
    {
        /// <summary>The size of this struct: tillbook_return_points_of_order_request_init sets it.</summary>
        public UIntPtr struct_size;
        /// <summary>What every call may carry; NULL: the defaults.</summary>
        public IntPtr call;
        /// <summary>The card's number, 1 to 32 characters. Required.</summary>
        public tillbook_str card;
        /// <summary>The order's number, at most 64 characters. Required.</summary>
        public tillbook_str order;

        UIntPtr ISized.Size { set { struct_size = value; } }
    }

    /// <summary>A line of an order. Lines of one request have one size.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct tillbook_order_line : ISized
    {
        /// <summary>The size of this struct: tillbook_order_line_init sets it.</summary>
        public UIntPtr struct_size;
        /// <summary>The item's identifier, at most 64 characters. Required.</summary>
        public tillbook_str item;
        /// <summary>Its name, at most 128 characters. Required.</summary>
        public tillbook_str name;
        /// <summary>How many, as a decimal: "2", "0.35"; at most 4 decimals. Required.</summary>
        public tillbook_str quantity;
        /// <summary>What it comes to, in fen.</summary>
        public long amount;
        /// <summary>The points that it brings.</summary>
        public long points;
        /// <summary>Its category, for coupons of categories.</summary>
        public tillbook_str category;

        UIntPtr ISized.Size { set { struct_size = value; } }
    }

    /// <summary>Uses a coupon for an order.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct tillbook_redeem_coupon_request : ISized
    {
        /// <summary>The size of this struct: tillbook_redeem_coupon_request_init sets it.</summary>
        public UIntPtr struct_size;
        /// <summary>What every call may carry; NULL: the defaults.</summary>
        public IntPtr call;
        /// <summary>The card's number, 1 to 32 characters. Required.</summary>
        public tillbook_str card;
        /// <summary>The coupon's code, at most 64 characters. Required.</summary>
        public tillbook_str coupon;
        /// <summary>What the order comes to before the coupon, in fen.</summary>
        public long amount;
        /// <summary>
        /// What it consists of: <c>lines_count</c> of them, one behind the other; NULL where none are told.
        /// </summary>
        public IntPtr lines;
        /// <summary>How many lines, at most 500.</summary>
        public UIntPtr lines_count;

        UIntPtr ISized.Size { set { struct_size = value; } }
    }

    /// <summary>Gives a member a coupon of a template.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct tillbook_give_coupon_request : ISized
    {
        /// <summary>The size of this struct: tillbook_give_coupon_request_init sets it.</summary>
        public UIntPtr struct_size;
        /// <summary>What every call may carry; NULL: the defaults.</summary>
        public IntPtr call;
        /// <summary>The card's number, 1 to 32 characters. Required.</summary>
        public tillbook_str card;
        /// <summary>The template, as the remote identifies it. Required.</summary>
        public tillbook_str template_id;

        UIntPtr ISized.Size { set { struct_size = value; } }
    }

    /// <summary>
    /// Sets a coupon's status. A coupon that was used here is reinstated by setting it to TILLBOOK_COUPON_VALID.
    /// </summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct tillbook_set_coupon_status_request : ISized
    {
        /// <summary>The size of this struct: tillbook_set_coupon_status_request_init sets it.</summary>
        public UIntPtr struct_size;
        /// <summary>What every call may carry; NULL: the defaults.</summary>
        public IntPtr call;
        /// <summary>The card's number, 1 to 32 characters. Required.</summary>
        public tillbook_str card;
        /// <summary>The coupon's code. Required.</summary>
        public tillbook_str coupon;
        /// <summary>The new status, TILLBOOK_COUPON_*.</summary>
        public int coupon_status;
        /// <summary>0.</summary>
        public int reserved;

        UIntPtr ISized.Size { set { struct_size = value; } }
    }

    /// <summary>Something by its identifier and its name. This struct never grows.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct tillbook_named
    {
        /// <summary>As the remote identifies it.</summary>
        public tillbook_str id;
        /// <summary>For people.</summary>
        public tillbook_str name;
    }

    /// <summary>A template that coupons are made from.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct tillbook_coupon_template : ISized
    {
        /// <summary>The size of this struct: tillbook_coupon_template_init sets it.</summary>
        public UIntPtr struct_size;
        /// <summary>Its identifier, at most 64 characters. Required.</summary>
        public tillbook_str id;
        /// <summary>Its name, at most 64 characters. Required.</summary>
        public tillbook_str name;
        /// <summary>What its coupons do, TILLBOOK_EFFECT_*.</summary>
        public int effect;
        /// <summary>
        /// For how many days after it was given a coupon is valid, 1 to 3,660; 0: from <c>begins</c> to <c>ends</c>.
        /// </summary>
        public uint valid_days;
        /// <summary>What a reduction takes off, in fen.</summary>
        public long reduction;
        /// <summary>What a discount leaves to be paid, as a share: "0.8".</summary>
        public tillbook_str rate;
        /// <summary>From when its coupons are valid, in milliseconds since 1970 UTC; with valid_days 0.</summary>
        public long begins;
        /// <summary>Until when.</summary>
        public long ends;
        /// <summary>The least that an order comes to, in fen; 0: any.</summary>
        public long minimum;
        /// <summary>The rules for people, at most 200 characters. Required.</summary>
        public tillbook_str rules;
        /// <summary>How many coupons there may be.</summary>
        public uint quantity;
        /// <summary>How many a member may have.</summary>
        public uint per_member;
        /// <summary>The stores that it is for; NULL: all.</summary>
        public IntPtr stores;
        /// <summary>How many.</summary>
        public UIntPtr stores_count;
        /// <summary>The items that it is for; NULL: all.</summary>
        public IntPtr items;
        /// <summary>How many.</summary>
        public UIntPtr items_count;
        /// <summary>The categories that it is for; NULL: all.</summary>
        public IntPtr categories;
        /// <summary>How many.</summary>
        public UIntPtr categories_count;

        UIntPtr ISized.Size { set { struct_size = value; } }
    }

    /// <summary>Adds a template that coupons are made from.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct tillbook_add_coupon_template_request : ISized
    {
        /// <summary>The size of this struct: tillbook_add_coupon_template_request_init sets it.</summary>
        public UIntPtr struct_size;
        /// <summary>What every call may carry; NULL: the defaults.</summary>
        public IntPtr call;
        /// <summary>The template. Required.</summary>
        public IntPtr template_of;

        UIntPtr ISized.Size { set { struct_size = value; } }
    }

    /// <summary>Records an order that was paid by whatever means.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct tillbook_push_order_request : ISized
    {
        /// <summary>The size of this struct: tillbook_push_order_request_init sets it.</summary>
        public UIntPtr struct_size;
        /// <summary>What every call may carry; NULL: the defaults.</summary>
        public IntPtr call;
        /// <summary>The card's number, 1 to 32 characters. Required.</summary>
        public tillbook_str card;
        /// <summary>What was paid for it, in fen.</summary>
        public long amount;
        /// <summary>The points to be granted for it, where has_points is 1; else those of its lines.</summary>
        public long points;
        /// <summary>1: <c>points</c> is given.</summary>
        public int has_points;
        /// <summary>0.</summary>
        public int reserved;
        /// <summary>
        /// What it consists of: <c>lines_count</c> of them, one behind the other; NULL where none are told.
        /// </summary>
        public IntPtr lines;
        /// <summary>How many lines, at most 500.</summary>
        public UIntPtr lines_count;

        UIntPtr ISized.Size { set { struct_size = value; } }
    }

    /// <summary>Records that an order of this till came back: all that is left of it, or a part.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct tillbook_return_order_request : ISized
    {
        /// <summary>The size of this struct: tillbook_return_order_request_init sets it.</summary>
        public UIntPtr struct_size;
        /// <summary>What every call may carry; NULL: the defaults.</summary>
        public IntPtr call;
        /// <summary>The card's number, 1 to 32 characters. Required.</summary>
        public tillbook_str card;
        /// <summary>The op_id of the order. Required.</summary>
        public tillbook_str original;
        /// <summary>What comes back, in fen; 0: what the lines come to, or without lines all that is left.</summary>
        public long amount;
        /// <summary>
        /// What it consists of: <c>lines_count</c> of them, one behind the other; NULL where none are told.
        /// </summary>
        public IntPtr lines;
        /// <summary>How many lines, at most 500.</summary>
        public UIntPtr lines_count;

        UIntPtr ISized.Size { set { struct_size = value; } }
    }

    /// <summary>
    /// A card as the book knows it. Balances are told three ways: as the remote last told them, with everything that is
    /// still open, and what may be spent here and now. Money in fen, times in milliseconds since 1970 UTC, 0: never.
    /// Holds personal data: keep it out of logs. Texts that do not fit are cut and end in "…".
    /// </summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct tillbook_card : ISized
    {
        /// <summary>The size of this struct: tillbook_card_init sets it.</summary>
        public UIntPtr struct_size;
        /// <summary>TILLBOOK_CARD_*.</summary>
        public int card_status;
        /// <summary>The holder's gender, TILLBOOK_GENDER_*; 0: not known.</summary>
        public int gender;
        /// <summary>Stored value as the remote last told it.</summary>
        public long money_confirmed;
        /// <summary>Stored value with everything that is still open.</summary>
        public long money_expected;
        /// <summary>Stored value that may be spent here and now.</summary>
        public long money_available;
        /// <summary>As of when the confirmed money is.</summary>
        public long money_as_of;
        /// <summary>Points as the remote last told them.</summary>
        public long points_confirmed;
        /// <summary>Points with everything that is still open.</summary>
        public long points_expected;
        /// <summary>Points that may be spent here and now.</summary>
        public long points_available;
        /// <summary>As of when the confirmed points are.</summary>
        public long points_as_of;
        /// <summary>Growth, where has_growth is 1.</summary>
        public long growth;
        /// <summary>1: a remote tells growth. Else 0.</summary>
        public int has_growth;
        /// <summary>0.</summary>
        public int reserved;
        /// <summary>What the card owes from operations that were approved offline and refused later.</summary>
        public long owed;
        /// <summary>When the card was last read.</summary>
        public long fetched_at;
        /// <summary>Its number.</summary>
        public Chars136 number;
        /// <summary>Its level by name; empty: not known.</summary>
        public Chars136 level;
        /// <summary>The holder's name; empty: not known.</summary>
        public Chars264 name;
        /// <summary>The holder's phone; empty: not known.</summary>
        public Chars40 phone;
        /// <summary>The holder's birthday as YYYY-MM-DD; empty: not known.</summary>
        public Chars16 birthday;
        /// <summary>Why the card is on this till's exception list; empty: it is not.</summary>
        public Chars256 exception;
        /// <summary>
        /// The operation that holds the card's account: it is in doubt or waits for a person. Empty: none.
        /// </summary>
        public Chars72 held_by;

        UIntPtr ISized.Size { set { struct_size = value; } }
    }

    /// <summary>An account of a card at one remote. Money in fen, times in milliseconds since 1970 UTC.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct tillbook_account : ISized
    {
        /// <summary>The size of this struct: tillbook_account_init sets it.</summary>
        public UIntPtr struct_size;
        /// <summary>"sandy", "freemud", "gree" or "yonyou". Owned by the list.</summary>
        public IntPtr provider;
        /// <summary>What the remote calls the account; NULL: not known. Owned by the list.</summary>
        public IntPtr reference;
        /// <summary>TILLBOOK_CARD_*, as this remote has it.</summary>
        public int card_status;
        /// <summary>0.</summary>
        public int reserved;
        /// <summary>Stored value as the remote last told it.</summary>
        public long money_confirmed;
        /// <summary>Stored value with everything that is still open.</summary>
        public long money_expected;
        /// <summary>Stored value that may be spent here and now.</summary>
        public long money_available;
        /// <summary>Points as the remote last told them.</summary>
        public long points_confirmed;
        /// <summary>Points with everything that is still open.</summary>
        public long points_expected;
        /// <summary>Points that may be spent here and now.</summary>
        public long points_available;
        /// <summary>As of when the confirmed balances are; 0: never read.</summary>
        public long as_of;

        UIntPtr ISized.Size { set { struct_size = value; } }
    }

    /// <summary>A card level.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct tillbook_level : ISized
    {
        /// <summary>The size of this struct: tillbook_level_init sets it.</summary>
        public UIntPtr struct_size;
        /// <summary>As the remote identifies it. Owned by the list.</summary>
        public IntPtr id;
        /// <summary>For people. Owned by the list.</summary>
        public IntPtr name;

        UIntPtr ISized.Size { set { struct_size = value; } }
    }

    /// <summary>A way to pay a recharge in.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct tillbook_pay_type : ISized
    {
        /// <summary>The size of this struct: tillbook_pay_type_init sets it.</summary>
        public UIntPtr struct_size;
        /// <summary>Its number, for tillbook_recharge_request.pay_type.</summary>
        public long id;
        /// <summary>For people. Owned by the list.</summary>
        public IntPtr name;

        UIntPtr ISized.Size { set { struct_size = value; } }
    }

    /// <summary>A rule of what a recharge brings on top.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct tillbook_recharge_rule : ISized
    {
        /// <summary>The size of this struct: tillbook_recharge_rule_init sets it.</summary>
        public UIntPtr struct_size;
        /// <summary>When it applies: TILLBOOK_RECHARGE_ALWAYS, _PERCENTAGE or _THRESHOLD.</summary>
        public int applies;
        /// <summary>0.</summary>
        public int reserved;
        /// <summary>From which amount on, in fen (TILLBOOK_RECHARGE_THRESHOLD).</summary>
        public long threshold;
        /// <summary>
        /// The bonus: yuan, or a share of the amount (TILLBOOK_RECHARGE_PERCENTAGE), as a decimal. Owned by the list.
        /// </summary>
        public IntPtr bonus;
        /// <summary>Points on top.</summary>
        public long points;
        /// <summary>For people. Owned by the list.</summary>
        public IntPtr description;

        UIntPtr ISized.Size { set { struct_size = value; } }
    }

    /// <summary>One operation that a remote system serves.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct tillbook_service : ISized
    {
        /// <summary>The size of this struct: tillbook_service_init sets it.</summary>
        public UIntPtr struct_size;
        /// <summary>"sandy", "freemud", "gree" or "yonyou". Owned by the list.</summary>
        public IntPtr provider;
        /// <summary>The operation, TILLBOOK_KIND_*.</summary>
        public int kind;
        /// <summary>
        /// What may be done about an unknown outcome with every setting at its default, TILLBOOK_GUARANTEE_*.
        /// </summary>
        public int guarantee;
        /// <summary>The remote's endpoint. Owned by the list.</summary>
        public IntPtr endpoint;

        UIntPtr ISized.Size { set { struct_size = value; } }
    }

    /// <summary>How much more this till would approve offline.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct tillbook_headroom : ISized
    {
        /// <summary>The size of this struct: tillbook_headroom_init sets it.</summary>
        public UIntPtr struct_size;
        /// <summary>Money, in fen.</summary>
        public long money;
        /// <summary>Operations.</summary>
        public long operations;

        UIntPtr ISized.Size { set { struct_size = value; } }
    }

    /// <summary>
    /// What a till approves offline. It is a policy per till: what a merchant risks is each limit times the tills. In:
    /// 0 is the default, TILLBOOK_NOTHING a limit of nothing. Out (tillbook_policy_of): the figures in force, written
    /// the same way.
    /// </summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct tillbook_policy : ISized
    {
        /// <summary>The size of this struct: tillbook_policy_init sets it.</summary>
        public UIntPtr struct_size;
        /// <summary>The most that one operation may take from a card, in fen. Default 20,000.</summary>
        public long floor_limit;
        /// <summary>
        /// The most that may be open on one card, and on all cards of one phone number, in fen. Default 50,000.
        /// </summary>
        public long card_limit;
        /// <summary>The most that may be open on this till, in fen. Default 500,000.</summary>
        public long outage_limit;
        /// <summary>How many offline approvals may be open on this till. Default 200.</summary>
        public long outage_operations;
        /// <summary>How old a card's base may be, in seconds. Default 86,400.</summary>
        public long base_max_age_s;
        /// <summary>How far the wall clock may be behind, in seconds. Default 300.</summary>
        public long clock_tolerance_s;
        /// <summary>Whether a card that this till has never seen may pay. Default no.</summary>
        public int unknown_card;
        /// <summary>Whether the principal of a recharge may be spent before the remote has it. Default yes.</summary>
        public int unconfirmed_recharge_principal;
        /// <summary>Whether its bonus may. Default no.</summary>
        public int unconfirmed_recharge_bonus;
        /// <summary>Whether a call may choose <c>offline</c> while the remote is healthy. Default no.</summary>
        public int offline_while_healthy;
        /// <summary>
        /// In: the templates whose coupons may be used offline, separated by commas; "*" stands for all. Out: missing;
        /// the library has written them to <c>coupon_templates_now</c>.
        /// </summary>
        public tillbook_str coupon_templates;
        /// <summary>Out: the same list, as much of it as fits.</summary>
        public Chars256 coupon_templates_now;

        UIntPtr ISized.Size { set { struct_size = value; } }
    }

    /// <summary>
    /// A member's coupon as last read. Money in fen, times in milliseconds since 1970 UTC. Strings are owned by the
    /// list.
    /// </summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct tillbook_coupon : ISized
    {
        /// <summary>The size of this struct: tillbook_coupon_init sets it.</summary>
        public UIntPtr struct_size;
        /// <summary>Its code.</summary>
        public IntPtr code;
        /// <summary>Its template, as the remote identifies it; NULL: not told.</summary>
        public IntPtr template_id;
        /// <summary>Its name.</summary>
        public IntPtr name;
        /// <summary>What it does, TILLBOOK_EFFECT_*.</summary>
        public int effect;
        /// <summary>TILLBOOK_COUPON_*.</summary>
        public int coupon_status;
        /// <summary>What a reduction takes off.</summary>
        public long reduction;
        /// <summary>What a discount leaves to be paid, as a share: "0.8"; NULL: it is none.</summary>
        public IntPtr rate;
        /// <summary>The least that an order comes to; 0: any.</summary>
        public long minimum;
        /// <summary>From when it is valid; 0: not told.</summary>
        public long begins;
        /// <summary>Until when; 0: not told.</summary>
        public long ends;
        /// <summary>What it was used for; NULL: it was not, or nobody tells.</summary>
        public IntPtr used_for;
        /// <summary>The rules for people.</summary>
        public IntPtr rules;
        /// <summary>The stores that it is for, as identifiers.</summary>
        public IntPtr stores;
        /// <summary>How many; 0: all.</summary>
        public UIntPtr stores_count;
        /// <summary>The items that it is for, as identifiers.</summary>
        public IntPtr items;
        /// <summary>How many; 0: all.</summary>
        public UIntPtr items_count;
        /// <summary>The categories that it is for, as identifiers.</summary>
        public IntPtr categories;
        /// <summary>How many; 0: all.</summary>
        public UIntPtr categories_count;

        UIntPtr ISized.Size { set { struct_size = value; } }
    }

    /// <summary>A question about using a coupon for an order.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct tillbook_validate_coupon_request : ISized
    {
        /// <summary>The size of this struct: tillbook_validate_coupon_request_init sets it.</summary>
        public UIntPtr struct_size;
        /// <summary>The card's number. Required.</summary>
        public tillbook_str card;
        /// <summary>The coupon's code. Required.</summary>
        public tillbook_str coupon;
        /// <summary>What the order comes to before the coupon, in fen.</summary>
        public long amount;
        /// <summary>
        /// What it consists of: <c>lines_count</c> of them, one behind the other; NULL where none are told.
        /// </summary>
        public IntPtr lines;
        /// <summary>How many lines, at most 500.</summary>
        public UIntPtr lines_count;
        /// <summary>1: judged as it would be without the remote.</summary>
        public int offline;
        /// <summary>0.</summary>
        public int reserved;

        UIntPtr ISized.Size { set { struct_size = value; } }
    }

    /// <summary>What the rules say altogether.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct tillbook_coupon_validation : ISized
    {
        /// <summary>The size of this struct: tillbook_coupon_validation_init sets it.</summary>
        public UIntPtr struct_size;
        /// <summary>1: every rule lets it pass. Else 0.</summary>
        public int passed;
        /// <summary>The first rule that does not, TILLBOOK_RULE_*; 0: none.</summary>
        public int failed_rule;
        /// <summary>What it would take off, in fen.</summary>
        public long discount;
        /// <summary>What of the order it is for, in fen.</summary>
        public long eligible;
        /// <summary>1: it takes the shipping off. Else 0.</summary>
        public int free_shipping;
        /// <summary>1: the coupon is known here. Else 0.</summary>
        public int known;

        UIntPtr ISized.Size { set { struct_size = value; } }
    }

    /// <summary>What one rule says. Strings are owned by the list.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct tillbook_verdict : ISized
    {
        /// <summary>The size of this struct: tillbook_verdict_init sets it.</summary>
        public UIntPtr struct_size;
        /// <summary>The rule, TILLBOOK_RULE_*.</summary>
        public int rule;
        /// <summary>1: it lets the coupon pass. Else 0.</summary>
        public int passed;
        /// <summary>What it was judged by, for people.</summary>
        public IntPtr detail;

        UIntPtr ISized.Size { set { struct_size = value; } }
    }

    /// <summary>Everything about an error.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct tillbook_error_info : ISized
    {
        /// <summary>The size of this struct: tillbook_error_info_init sets it.</summary>
        public UIntPtr struct_size;
        /// <summary>The status that the function returned.</summary>
        public int status;
        /// <summary>One of TILLBOOK_DOMAIN_*.</summary>
        public int domain;
        /// <summary>
        /// SQLite's extended result code or the operating system's error number where there is one, else 0.
        /// </summary>
        public int native_code;
        /// <summary>1 where the same call may succeed later without anybody changing anything, else 0.</summary>
        public int retryable;
        /// <summary>Why the till refused, one of TILLBOOK_REFUSAL_*; 0 where it did not.</summary>
        public int refusal;
        /// <summary>What the next three count, one of TILLBOOK_UNIT_*.</summary>
        public int refusal_unit;
        /// <summary>The limit, or what is available.</summary>
        public long refusal_limit;
        /// <summary>How much of it is used.</summary>
        public long refusal_used;
        /// <summary>How much was asked for.</summary>
        public long refusal_requested;
        /// <summary>For the cashier, in English. Owned by the error.</summary>
        public IntPtr message_en;
        /// <summary>For the cashier, in Chinese. Owned by the error.</summary>
        public IntPtr message_zh;
        /// <summary>For logs. No personal data. Owned by the error.</summary>
        public IntPtr detail;
        /// <summary>
        /// The argument, field or key that it is about; NULL where there is none. Owned by the error.
        /// </summary>
        public IntPtr field;
        /// <summary>The operation that holds the account (LANE_HELD); else NULL. Owned by the error.</summary>
        public IntPtr held_by;
        /// <summary>The remote's own code where it gave one (REMOTE_REFUSED); else NULL. Owned by the error.</summary>
        public IntPtr remote_code;

        UIntPtr ISized.Size { set { struct_size = value; } }
    }

    /// <summary>Which lines of the book are wanted, newest first. What is zero does not matter.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct tillbook_history_query : ISized
    {
        /// <summary>The size of this struct: tillbook_history_query_init sets it.</summary>
        public UIntPtr struct_size;
        /// <summary>Only those of this card.</summary>
        public tillbook_str card;
        /// <summary>Only those of this ticket of the POS.</summary>
        public tillbook_str ticket;
        /// <summary>Only those of this kind, as <c>tillbook_entry.kind</c> has it.</summary>
        public tillbook_str kind;
        /// <summary>Only those from then on, in milliseconds since 1970 UTC, where has_from is 1.</summary>
        public long from;
        /// <summary>Only those before then, in milliseconds since 1970 UTC, where has_until is 1.</summary>
        public long until;
        /// <summary>1: <c>from</c> is given.</summary>
        public int has_from;
        /// <summary>1: <c>until</c> is given.</summary>
        public int has_until;
        /// <summary>1: only those that change points.</summary>
        public int only_points;
        /// <summary>How many lines a page has, at most 500. 0: 20.</summary>
        public uint page_size;
        /// <summary>The page after this one: what tillbook_history_of told. 0: the first.</summary>
        public long after;

        UIntPtr ISized.Size { set { struct_size = value; } }
    }

    /// <summary>
    /// A line of the book, and how its operation stands. Money in fen. Strings are owned by the list.
    /// </summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct tillbook_entry : ISized
    {
        /// <summary>The size of this struct: tillbook_entry_init sets it.</summary>
        public UIntPtr struct_size;
        /// <summary>Its number in the book.</summary>
        public long entry_no;
        /// <summary>When it was written, in milliseconds since 1970 UTC.</summary>
        public long at;
        /// <summary>The price before the discount, or what was paid in.</summary>
        public long original;
        /// <summary>The price after it.</summary>
        public long actual;
        /// <summary>What the card paid.</summary>
        public long from_card;
        /// <summary>What was left to be paid by other means.</summary>
        public long due;
        /// <summary>What came on top.</summary>
        public long bonus;
        /// <summary>The points that it brought or, below zero, took.</summary>
        public long points;
        /// <summary>Stored value afterwards, as expected then.</summary>
        public long money_after;
        /// <summary>Points afterwards, as expected then.</summary>
        public long points_after;
        /// <summary>How much more (below zero: less) the remote took from or put on the card than was told.</summary>
        public long variance;
        /// <summary>1: the remote has confirmed it. Else 0.</summary>
        public int confirmed;
        /// <summary>The promise that it was written with, TILLBOOK_PROMISE_*; 0: without one.</summary>
        public int approval;
        /// <summary>Where its operation stands now, TILLBOOK_STATE_*.</summary>
        public int state;
        /// <summary>
        /// How sure it is that the remote has it, TILLBOOK_EVIDENCE_*; 0: it has not, or nobody knows.
        /// </summary>
        public int evidence;
        /// <summary>What it is: "consume", "recharge", "void", ...</summary>
        public IntPtr kind;
        /// <summary>Its operation.</summary>
        public IntPtr op_id;
        /// <summary>The card's number.</summary>
        public IntPtr card;
        /// <summary>The POS's ticket number; NULL: none.</summary>
        public IntPtr ticket;
        /// <summary>Who worked the till; NULL: not told.</summary>
        public IntPtr operator_name;
        /// <summary>Who stood behind it; NULL: not told.</summary>
        public IntPtr supervisor;
        /// <summary>The shift; NULL: not told.</summary>
        public IntPtr shift;
        /// <summary>Why; NULL: not told.</summary>
        public IntPtr reason;
        /// <summary>The business day, as YYYY-MM-DD.</summary>
        public IntPtr business_date;
        /// <summary>The ten digits of the slip.</summary>
        public IntPtr receipt_no;

        UIntPtr ISized.Size { set { struct_size = value; } }
    }

    /// <summary>A line of the log. It holds no personal data and no secret.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct tillbook_log_record : ISized
    {
        /// <summary>The size of this struct: tillbook_log_record_init sets it.</summary>
        public UIntPtr struct_size;
        /// <summary>TILLBOOK_LOG_ERROR to TILLBOOK_LOG_DEBUG.</summary>
        public int level;
        /// <summary>How many lines were lost before this one, because nobody took them.</summary>
        public int lost;
        /// <summary>When, in milliseconds since 1970 UTC.</summary>
        public long at;
        /// <summary>The line; what does not fit is cut and ends in "…".</summary>
        public Chars1024 text;

        UIntPtr ISized.Size { set { struct_size = value; } }
    }

    /// <summary>How many points a member has now, and ever had.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct tillbook_points_statistics : ISized
    {
        /// <summary>The size of this struct: tillbook_points_statistics_init sets it.</summary>
        public UIntPtr struct_size;
        /// <summary>Now.</summary>
        public long current;
        /// <summary>Ever granted, where has_total is 1.</summary>
        public long total;
        /// <summary>Ever used, where has_used is 1.</summary>
        public long used;
        /// <summary>1: <c>total</c> is told. Else 0.</summary>
        public int has_total;
        /// <summary>1: <c>used</c> is told. Else 0.</summary>
        public int has_used;

        UIntPtr ISized.Size { set { struct_size = value; } }
    }

    /// <summary>A page of something that a remote has.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct tillbook_page : ISized
    {
        /// <summary>The size of this struct: tillbook_page_init sets it.</summary>
        public UIntPtr struct_size;
        /// <summary>Which page it is, from 1 on.</summary>
        public long page;
        /// <summary>How many pages there are; 0: not told.</summary>
        public long pages;
        /// <summary>How many there are on all pages; -1: not told.</summary>
        public long total;

        UIntPtr ISized.Size { set { struct_size = value; } }
    }

    /// <summary>A line of a member's points history as the remote has it. Strings are owned by the list.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct tillbook_points_record : ISized
    {
        /// <summary>The size of this struct: tillbook_points_record_init sets it.</summary>
        public UIntPtr struct_size;
        /// <summary>Its identifier.</summary>
        public IntPtr id;
        /// <summary>How many, below zero where they were taken.</summary>
        public long points;
        /// <summary>For people.</summary>
        public IntPtr description;
        /// <summary>When, as the remote writes it.</summary>
        public IntPtr at;

        UIntPtr ISized.Size { set { struct_size = value; } }
    }

    /// <summary>
    /// A member as a remote has it. Holds personal data: keep it out of logs. Strings are owned by the list.
    /// </summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct tillbook_member : ISized
    {
        /// <summary>The size of this struct: tillbook_member_init sets it.</summary>
        public UIntPtr struct_size;
        /// <summary>What the remote calls it; NULL: not told.</summary>
        public IntPtr reference;
        /// <summary>Its name; NULL: not told.</summary>
        public IntPtr name;
        /// <summary>Its phone; NULL: not told.</summary>
        public IntPtr phone;
        /// <summary>Its birthday as YYYY-MM-DD; NULL: not told.</summary>
        public IntPtr birthday;
        /// <summary>Its level; NULL: not told.</summary>
        public IntPtr level;
        /// <summary>TILLBOOK_GENDER_*; 0: not told.</summary>
        public int gender;
        /// <summary>1: nothing is said against it. Else 0.</summary>
        public int active;
        /// <summary>Its points, where has_points is 1.</summary>
        public long points;
        /// <summary>Its growth, where has_growth is 1.</summary>
        public long growth;
        /// <summary>1: <c>points</c> is told. Else 0.</summary>
        public int has_points;
        /// <summary>1: <c>growth</c> is told. Else 0.</summary>
        public int has_growth;

        UIntPtr ISized.Size { set { struct_size = value; } }
    }

    /// <summary>Sandy POS cards. The settings that have no field here are those of docs/sandy.md.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct tillbook_sandy : ISized
    {
        /// <summary>The size of this struct: tillbook_sandy_init sets it.</summary>
        public UIntPtr struct_size;
        /// <summary>Scheme and host: what stands in front of /api2/. Required.</summary>
        public tillbook_str base_url;
        /// <summary>The agent's login. Required; never shown.</summary>
        public tillbook_str token;
        /// <summary>The restaurant's id, braces included. Required.</summary>
        public tillbook_str guid;
        /// <summary>The merchant's name as it stands in the history.</summary>
        public tillbook_str org_name;
        /// <summary>TILLBOOK_YES: nobody but this till writes to its cards. Default no.</summary>
        public int sole_writer;
        /// <summary>TILLBOOK_YES: http: to another machine is allowed. Default no.</summary>
        public int allow_plain_http;
        /// <summary>How long one request may take, in milliseconds. 0: 10,000.</summary>
        public uint request_timeout_ms;
        /// <summary>How long after its end a request may still take effect, in milliseconds. 0: 120,000.</summary>
        public uint quiet_period_ms;
        /// <summary>Everything else: a JSON object. May be missing.</summary>
        public tillbook_str settings;

        UIntPtr ISized.Size { set { struct_size = value; } }
    }

    /// <summary>
    /// Freemud members and points. The settings that have no field here are those of docs/freemud.md.
    /// </summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct tillbook_freemud : ISized
    {
        /// <summary>The size of this struct: tillbook_freemud_init sets it.</summary>
        public UIntPtr struct_size;
        /// <summary>Scheme and host: what stands in front of /member/. Required.</summary>
        public tillbook_str base_url;
        /// <summary>appId. Required.</summary>
        public tillbook_str app_id;
        /// <summary>partnerId: the merchant. Required.</summary>
        public tillbook_str partner_id;
        /// <summary>The header access_token. Required; never shown.</summary>
        public tillbook_str access_token;
        /// <summary>channelCode that members are registered under. Required.</summary>
        public tillbook_str channel_code;
        /// <summary>registerType that members are registered under, as docs/freemud.md names it. Required.</summary>
        public tillbook_str register_type;
        /// <summary>The key that requests are signed with: PKCS#8 in PEM. Never shown.</summary>
        public tillbook_str private_key;
        /// <summary>Freemud's public key in PEM.</summary>
        public tillbook_str platform_key;
        /// <summary>TILLBOOK_YES: requests are not signed, which test installations accept. Default no.</summary>
        public int without_signature;
        /// <summary>TILLBOOK_YES: nobody but this till changes its members' points. Default no.</summary>
        public int sole_writer;
        /// <summary>TILLBOOK_YES: http: to another machine is allowed. Default no.</summary>
        public int allow_plain_http;
        /// <summary>How long one request may take, in milliseconds. 0: 10,000.</summary>
        public uint request_timeout_ms;
        /// <summary>How long after its end a request may still take effect, in milliseconds. 0: 120,000.</summary>
        public uint quiet_period_ms;
        /// <summary>0.</summary>
        public int reserved;
        /// <summary>Everything else: a JSON object. May be missing.</summary>
        public tillbook_str settings;

        UIntPtr ISized.Size { set { struct_size = value; } }
    }

    /// <summary>The Gree member platform. The settings that have no field here are those of docs/gree.md.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct tillbook_gree : ISized
    {
        /// <summary>The size of this struct: tillbook_gree_init sets it.</summary>
        public UIntPtr struct_size;
        /// <summary>Scheme and host: what stands in front of /gw/gateway/. Required.</summary>
        public tillbook_str base_url;
        /// <summary>Who asks. Required.</summary>
        public tillbook_str app_id;
        /// <summary>What requests are signed with. Required; never shown.</summary>
        public tillbook_str app_secret;
        /// <summary>The project, which is the store as the platform knows it. Required.</summary>
        public tillbook_str project_id;
        /// <summary>
        /// TILLBOOK_YES: this till alone uses the app_id. Otherwise the host supplies tokens
        /// (tillbook_open_options.host_tokens). Default no.
        /// </summary>
        public int sole_app_user;
        /// <summary>TILLBOOK_YES: nobody but this till writes to its members. Default no.</summary>
        public int sole_writer;
        /// <summary>TILLBOOK_YES: http: to another machine is allowed. Default no.</summary>
        public int allow_plain_http;
        /// <summary>How long one request may take, in milliseconds. 0: 10,000.</summary>
        public uint request_timeout_ms;
        /// <summary>How long after its end a request may still take effect, in milliseconds. 0: 120,000.</summary>
        public uint quiet_period_ms;
        /// <summary>0.</summary>
        public int reserved;
        /// <summary>Everything else: a JSON object. May be missing.</summary>
        public tillbook_str settings;

        UIntPtr ISized.Size { set { struct_size = value; } }
    }

    /// <summary>Yonyou U8 points. The settings that have no field here are those of docs/yonyou.md.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct tillbook_yonyou : ISized
    {
        /// <summary>The size of this struct: tillbook_yonyou_init sets it.</summary>
        public UIntPtr struct_size;
        /// <summary>Scheme and host. Required.</summary>
        public tillbook_str base_url;
        /// <summary>from_account: who calls. Required.</summary>
        public tillbook_str from_account;
        /// <summary>to_account: whose points they are. Required.</summary>
        public tillbook_str to_account;
        /// <summary>app_key: the application. Required.</summary>
        public tillbook_str app_key;
        /// <summary>app_secret. Required; never shown.</summary>
        public tillbook_str app_secret;
        /// <summary>
        /// TILLBOOK_NO: the host supplies the tokens (tillbook_open_options.host_tokens). Default yes.
        /// </summary>
        public int sole_user;
        /// <summary>TILLBOOK_YES: http: to another machine is allowed. Default no.</summary>
        public int allow_plain_http;
        /// <summary>How long one request may take, in milliseconds. 0: 10,000.</summary>
        public uint request_timeout_ms;
        /// <summary>How long after its end a request may still take effect, in milliseconds. 0: 120,000.</summary>
        public uint quiet_period_ms;
        /// <summary>Everything else: a JSON object. May be missing.</summary>
        public tillbook_str settings;

        UIntPtr ISized.Size { set { struct_size = value; } }
    }

    /// <summary>
    /// What a till is told when it is opened. What is left at zero has its default; what has no field here goes into
    /// <c>settings</c>. At least one remote must be given.
    /// </summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct tillbook_config : ISized
    {
        /// <summary>The size of this struct: tillbook_config_init sets it.</summary>
        public UIntPtr struct_size;
        /// <summary>
        /// Whose business it is; 1 to 64 characters. A book with unfinished operations opens for no other.
        /// </summary>
        public tillbook_str merchant;
        /// <summary>Which of its stores; 1 to 64 characters.</summary>
        public tillbook_str store;
        /// <summary>Which of the store's tills; 1 to 64 characters.</summary>
        public tillbook_str till;
        /// <summary>How the remotes identify this store, where coupons are limited to stores. May be missing.</summary>
        public tillbook_str store_id;
        /// <summary>Sandy POS cards, or NULL.</summary>
        public IntPtr sandy;
        /// <summary>Freemud members, or NULL.</summary>
        public IntPtr freemud;
        /// <summary>The Gree member platform, or NULL.</summary>
        public IntPtr gree;
        /// <summary>Yonyou U8 points, or NULL.</summary>
        public IntPtr yonyou;
        /// <summary>What may be approved offline; NULL: the defaults.</summary>
        public IntPtr policy;
        /// <summary>Which remote serves cards and stored value ("sandy", ...), where several could.</summary>
        public tillbook_str route_cards;
        /// <summary>Which remote serves members, where several could.</summary>
        public tillbook_str route_members;
        /// <summary>Which remote serves points, where several could.</summary>
        public tillbook_str route_points;
        /// <summary>Which remote serves coupons, where several could.</summary>
        public tillbook_str route_coupons;
        /// <summary>Which remote serves orders, where several could.</summary>
        public tillbook_str route_orders;
        /// <summary>TILLBOOK_ROUND_FEN (default), _JIAO or _YUAN.</summary>
        public int rounding_unit;
        /// <summary>TILLBOOK_ROUND_HALF_UP (default), _DOWN or _UP.</summary>
        public int rounding_mode;
        /// <summary>
        /// How long a call waits for the remote that does not say so itself, in milliseconds. 0: 3,000.
        /// </summary>
        public uint timeout_ms;
        /// <summary>When a business day ends, in minutes after local midnight.</summary>
        public uint day_cutoff_minutes;
        /// <summary>Local time in minutes ahead of UTC, where <c>has_utc_offset</c> is 1; else Beijing's 480.</summary>
        public int utc_offset_minutes;
        /// <summary>1: <c>utc_offset_minutes</c> is given.</summary>
        public int has_utc_offset;
        /// <summary>
        /// Everything else ("levels", "pacing", ...): a JSON object as a configuration file holds it. May be missing.
        /// </summary>
        public tillbook_str settings;

        UIntPtr ISized.Size { set { struct_size = value; } }
    }

    /// <summary>A header field.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct tillbook_http_header
    {
        /// <summary>Its name.</summary>
        public IntPtr name;
        /// <summary>Its value.</summary>
        public IntPtr value;
    }

    /// <summary>One request, whole. It and everything in it lives until <c>send</c> returns.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct tillbook_http_request : ISized
    {
        /// <summary>The size of this struct as the library knows it.</summary>
        public UIntPtr struct_size;
        /// <summary>TILLBOOK_HTTP_GET or TILLBOOK_HTTP_POST.</summary>
        public int method;
        /// <summary>1: it must go over a connection that has not been used before.</summary>
        public int fresh_connection;
        /// <summary>Absolute address, query included.</summary>
        public IntPtr url;
        /// <summary>The header fields, in order.</summary>
        public IntPtr headers;
        /// <summary>How many.</summary>
        public UIntPtr headers_count;
        /// <summary>The body's exact bytes; NULL without one.</summary>
        public IntPtr body;
        /// <summary>How many.</summary>
        public UIntPtr body_size;
        /// <summary>
        /// Everything together, from looking up the name to the answer's last byte, must end within so many
        /// milliseconds.
        /// </summary>
        public ulong timeout_ms;
        /// <summary>An answer with a larger body is a failure (TILLBOOK_MAYBE_SENT).</summary>
        public ulong max_response_bytes;

        UIntPtr ISized.Size { set { struct_size = value; } }
    }

    /// <summary>
    /// The host's HTTP transport. One call of <c>send</c> is at most one request: no retries, no redirects, every
    /// status is returned with its body. What it must get right above all is the difference between TILLBOOK_NOT_SENT
    /// and TILLBOOK_MAYBE_SENT: the first lets the queue send again, the second makes it find out first.
    /// </summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct tillbook_transport : ISized
    {
        /// <summary>The size of this struct: tillbook_transport_init sets it.</summary>
        public UIntPtr struct_size;
        /// <summary>Passed to both functions.</summary>
        public IntPtr user;
        /// <summary>
        /// Sends one request and fills the answer with tillbook_http_response_status, _header and _body. Returns
        /// TILLBOOK_SENT, TILLBOOK_NOT_SENT or TILLBOOK_MAYBE_SENT; anything else, and an answer without a status,
        /// counts as TILLBOOK_MAYBE_SENT. Called on threads of the library's own ("tillbook-io"), several at once, and
        /// on the thread that calls tillbook_sync; no lock is held, and it may call the till. It must not throw or
        /// unwind. One that never returns costs its thread; the till itself goes on and can be closed.
        /// </summary>
        public IntPtr send;
        /// <summary>
        /// Called once, when no <c>send</c> is running and none will come: after the till was freed, or when it could
        /// not be opened. May be NULL. On any thread.
        /// </summary>
        public IntPtr destroy;

        UIntPtr ISized.Size { set { struct_size = value; } }
    }

    /// <summary>
    /// How a till is opened. <c>path</c> and exactly one of <c>config</c>, <c>config_json</c> and <c>config_file</c>
    /// are required.
    /// </summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct tillbook_open_options : ISized
    {
        /// <summary>The size of this struct: tillbook_open_options_init sets it.</summary>
        public UIntPtr struct_size;
        /// <summary>The book's file, in UTF-8 on every platform. It is made if it is not there.</summary>
        public tillbook_str path;
        /// <summary>The configuration as a struct.</summary>
        public IntPtr config;
        /// <summary>
        /// The configuration as JSON text: the keys are those of docs/integrating.md and of each remote's page.
        /// </summary>
        public tillbook_str config_json;
        /// <summary>The configuration as the path of a JSON file.</summary>
        public tillbook_str config_file;
        /// <summary>The host's own HTTP transport, or NULL for the built-in one (TILLBOOK_FEATURE_HTTP).</summary>
        public IntPtr transport;
        /// <summary>
        /// 1: the host supplies the tokens of Gree and Yonyou (tillbook_give_token), because other programs use the
        /// same credentials. Default 0: the till gets them itself.
        /// </summary>
        public int host_tokens;
        /// <summary>0.</summary>
        public int reserved;
        /// <summary>A SQLite VFS by its registered name. For tests; missing: the platform's own.</summary>
        public tillbook_str vfs;

        UIntPtr ISized.Size { set { struct_size = value; } }
    }

    /// <summary>
    /// A notification. It stays until it is acknowledged. Strings are owned by the list, or live as long as the
    /// callback.
    /// </summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct tillbook_notice : ISized
    {
        /// <summary>The size of this struct: tillbook_notice_init sets it.</summary>
        public UIntPtr struct_size;
        /// <summary>Its number, to acknowledge it by.</summary>
        public long notice_no;
        /// <summary>What it is about, TILLBOOK_NOTICE_*.</summary>
        public int kind;
        /// <summary>1: <c>amount</c> is told. Else 0.</summary>
        public int has_amount;
        /// <summary>The money at stake, in fen.</summary>
        public long amount;
        /// <summary>Since when, in milliseconds since 1970 UTC.</summary>
        public long at;
        /// <summary>The operation; NULL: it is about none.</summary>
        public IntPtr op_id;
        /// <summary>The card's number; NULL: it is about none.</summary>
        public IntPtr card;
        /// <summary>What happened, for support staff. No personal data.</summary>
        public IntPtr detail;

        UIntPtr ISized.Size { set { struct_size = value; } }
    }

    /// <summary>
    /// An operation that waits for a person, with the evidence. tillbook_operation has its receipt. Strings are owned
    /// by the list.
    /// </summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct tillbook_waiting_operation : ISized
    {
        /// <summary>The size of this struct: tillbook_waiting_operation_init sets it.</summary>
        public UIntPtr struct_size;
        /// <summary>The operation.</summary>
        public IntPtr op_id;
        /// <summary>The card's number.</summary>
        public IntPtr card;
        /// <summary>What the operation does, TILLBOOK_KIND_*.</summary>
        public int kind;
        /// <summary>Where it stands, TILLBOOK_STATE_PARKED or TILLBOOK_STATE_REJECTED.</summary>
        public int state;
        /// <summary>The money at stake, in fen.</summary>
        public long amount;
        /// <summary>Why it waits; NULL: not told.</summary>
        public IntPtr waits_for;
        /// <summary>Which decisions are possible: bit (1 &lt;&lt; TILLBOOK_RESOLUTION_*).</summary>
        public uint resolutions;
        /// <summary>0.</summary>
        public int reserved;
        /// <summary>Each attempt: when, where, what came of it.</summary>
        public IntPtr attempts;
        /// <summary>How many.</summary>
        public UIntPtr attempts_count;
        /// <summary>Each look at the remote's records: when, what it showed.</summary>
        public IntPtr looks;
        /// <summary>How many.</summary>
        public UIntPtr looks_count;

        UIntPtr ISized.Size { set { struct_size = value; } }
    }

    /// <summary>A person's decision about an operation that waits.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct tillbook_resolve_request : ISized
    {
        /// <summary>The size of this struct: tillbook_resolve_request_init sets it.</summary>
        public UIntPtr struct_size;
        /// <summary>The operation. Required.</summary>
        public tillbook_str op_id;
        /// <summary>The decision, TILLBOOK_RESOLUTION_*.</summary>
        public int resolution;
        /// <summary>0.</summary>
        public int reserved;
        /// <summary>Who decides, at most 64 characters. Required.</summary>
        public tillbook_str who;
        /// <summary>Why, at most 200 characters. Required.</summary>
        public tillbook_str why;

        UIntPtr ISized.Size { set { struct_size = value; } }
    }

    /// <summary>A name and what it stands for.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct tillbook_detail : ISized
    {
        /// <summary>The size of this struct: tillbook_detail_init sets it.</summary>
        public UIntPtr struct_size;
        /// <summary>The name. Owned by the list.</summary>
        public IntPtr name;
        /// <summary>The text. Owned by the list.</summary>
        public IntPtr value;

        UIntPtr ISized.Size { set { struct_size = value; } }
    }

    /// <summary>How the queue stands.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct tillbook_sync_status : ISized
    {
        /// <summary>The size of this struct: tillbook_sync_status_init sets it.</summary>
        public UIntPtr struct_size;
        /// <summary>TILLBOOK_LINK_*: whether the remote is there; of several, the one that fares worst.</summary>
        public int link;
        /// <summary>0.</summary>
        public int reserved;
        /// <summary>
        /// Until when the remote wants to be left alone (LINK_PAUSED), in milliseconds since 1970 UTC; else 0.
        /// </summary>
        public long paused_until;
        /// <summary>Operations on their way to the remotes: queued, being sent, in doubt.</summary>
        public long queued;
        /// <summary>Operations that wait for a person.</summary>
        public long waiting_for_people;
        /// <summary>
        /// Operations that this book has ever taken for applied on evidence that another till's could have left.
        /// </summary>
        public long inferred;
        /// <summary>Operations finished in this drain; after its end, in the last one.</summary>
        public long done;
        /// <summary>Those and the ones on their way.</summary>
        public long total;
        /// <summary>For how long that has been going on, in milliseconds.</summary>
        public long elapsed_ms;
        /// <summary>Finished operations a minute.</summary>
        public long per_minute;
        /// <summary>When something becomes due next, in milliseconds since 1970 UTC; 0 if nothing is.</summary>
        public long next_due;
        /// <summary>Why the remote refuses (LINK_HALTED), for support staff.</summary>
        public Chars256 halted;

        UIntPtr ISized.Size { set { struct_size = value; } }
    }

    /// <summary>How one remote fares.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct tillbook_remote : ISized
    {
        /// <summary>The size of this struct: tillbook_remote_init sets it.</summary>
        public UIntPtr struct_size;
        /// <summary>"sandy", "freemud", "gree" or "yonyou". Owned by the list.</summary>
        public IntPtr provider;
        /// <summary>TILLBOOK_LINK_*.</summary>
        public int link;
        /// <summary>0.</summary>
        public int reserved;
        /// <summary>
        /// Until when it wants to be left alone (LINK_PAUSED), in milliseconds since 1970 UTC; else 0.
        /// </summary>
        public long paused_until;
        /// <summary>Why it refuses (LINK_HALTED), for support staff; else NULL. Owned by the list.</summary>
        public IntPtr halted;

        UIntPtr ISized.Size { set { struct_size = value; } }
    }

    /// <summary>A token that is wanted from the host.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct tillbook_token_wanted : ISized
    {
        /// <summary>The size of this struct: tillbook_token_wanted_init sets it.</summary>
        public UIntPtr struct_size;
        /// <summary>For which remote: "gree", "yonyou".</summary>
        public Chars16 provider;
        /// <summary>
        /// The token that the remote has just refused: the same again is no answer. Empty where none was.
        /// </summary>
        public Chars4104 refused;

        UIntPtr ISized.Size { set { struct_size = value; } }
    }

    /// <summary>Accounts of a card. One thread at a time.</summary>
    internal sealed class AccountsHandle : NativeHandle
    {
        /// <summary>Frees it.</summary>
        protected override bool ReleaseHandle()
        {
            return Native.tillbook_accounts_free(handle) == 0;
        }
    }

    /// <summary>Bytes that the library made. One thread at a time.</summary>
    internal sealed class BufferHandle : NativeHandle
    {
        /// <summary>Frees it.</summary>
        protected override bool ReleaseHandle()
        {
            return Native.tillbook_buffer_free(handle) == 0;
        }
    }

    /// <summary>Cards. One thread at a time.</summary>
    internal sealed class CardsHandle : NativeHandle
    {
        /// <summary>Frees it.</summary>
        protected override bool ReleaseHandle()
        {
            return Native.tillbook_cards_free(handle) == 0;
        }
    }

    /// <summary>Coupons. One thread at a time.</summary>
    internal sealed class CouponsHandle : NativeHandle
    {
        /// <summary>Frees it.</summary>
        protected override bool ReleaseHandle()
        {
            return Native.tillbook_coupons_free(handle) == 0;
        }
    }

    /// <summary>Names and what they stand for. One thread at a time.</summary>
    internal sealed class DetailsHandle : NativeHandle
    {
        /// <summary>Frees it.</summary>
        protected override bool ReleaseHandle()
        {
            return Native.tillbook_details_free(handle) == 0;
        }
    }

    /// <summary>Lines of the book. One thread at a time.</summary>
    internal sealed class HistoryHandle : NativeHandle
    {
        /// <summary>Frees it.</summary>
        protected override bool ReleaseHandle()
        {
            return Native.tillbook_history_free(handle) == 0;
        }
    }

    /// <summary>Card levels. One thread at a time.</summary>
    internal sealed class LevelsHandle : NativeHandle
    {
        /// <summary>Frees it.</summary>
        protected override bool ReleaseHandle()
        {
            return Native.tillbook_levels_free(handle) == 0;
        }
    }

    /// <summary>A registered callback. Any thread, inside the callback itself as well.</summary>
    internal sealed class ListenerHandle : NativeHandle
    {
        /// <summary>Frees it.</summary>
        protected override bool ReleaseHandle()
        {
            return Native.tillbook_listener_remove(handle) == 0;
        }
    }

    /// <summary>Members. One thread at a time.</summary>
    internal sealed class MembersHandle : NativeHandle
    {
        /// <summary>Frees it.</summary>
        protected override bool ReleaseHandle()
        {
            return Native.tillbook_members_free(handle) == 0;
        }
    }

    /// <summary>Notifications. One thread at a time.</summary>
    internal sealed class NoticesHandle : NativeHandle
    {
        /// <summary>Frees it.</summary>
        protected override bool ReleaseHandle()
        {
            return Native.tillbook_notices_free(handle) == 0;
        }
    }

    /// <summary>Ways to pay a recharge in. One thread at a time.</summary>
    internal sealed class PayTypesHandle : NativeHandle
    {
        /// <summary>Frees it.</summary>
        protected override bool ReleaseHandle()
        {
            return Native.tillbook_pay_types_free(handle) == 0;
        }
    }

    /// <summary>Lines of a points history. One thread at a time.</summary>
    internal sealed class PointsRecordsHandle : NativeHandle
    {
        /// <summary>Frees it.</summary>
        protected override bool ReleaseHandle()
        {
            return Native.tillbook_points_records_free(handle) == 0;
        }
    }

    /// <summary>Recharge rules. One thread at a time.</summary>
    internal sealed class RechargeRulesHandle : NativeHandle
    {
        /// <summary>Frees it.</summary>
        protected override bool ReleaseHandle()
        {
            return Native.tillbook_recharge_rules_free(handle) == 0;
        }
    }

    /// <summary>Remotes and how they fare. One thread at a time.</summary>
    internal sealed class RemotesHandle : NativeHandle
    {
        /// <summary>Frees it.</summary>
        protected override bool ReleaseHandle()
        {
            return Native.tillbook_remotes_free(handle) == 0;
        }
    }

    /// <summary>What the remote systems serve. One thread at a time.</summary>
    internal sealed class ServicesHandle : NativeHandle
    {
        /// <summary>Frees it.</summary>
        protected override bool ReleaseHandle()
        {
            return Native.tillbook_services_free(handle) == 0;
        }
    }

    /// <summary>Texts. One thread at a time.</summary>
    internal sealed class TextsHandle : NativeHandle
    {
        /// <summary>Frees it.</summary>
        protected override bool ReleaseHandle()
        {
            return Native.tillbook_texts_free(handle) == 0;
        }
    }

    /// <summary>
    /// An open book. It may be used from any thread, by several at once. One process may have a book open once. After
    /// tillbook_close its calls are CLOSED; after tillbook_free the handle is BAD_HANDLE.
    /// </summary>
    internal sealed class TillHandle : NativeHandle
    {
        /// <summary>Frees it.</summary>
        protected override bool ReleaseHandle()
        {
            return Native.tillbook_free(handle) == 0;
        }
    }

    /// <summary>What each rule says. One thread at a time.</summary>
    internal sealed class VerdictsHandle : NativeHandle
    {
        /// <summary>Frees it.</summary>
        protected override bool ReleaseHandle()
        {
            return Native.tillbook_verdicts_free(handle) == 0;
        }
    }

    /// <summary>Operations that wait for a person. One thread at a time.</summary>
    internal sealed class WaitingHandle : NativeHandle
    {
        /// <summary>Frees it.</summary>
        protected override bool ReleaseHandle()
        {
            return Native.tillbook_waiting_free(handle) == 0;
        }
    }

    /// <summary>Takes a line of the log. <c>record</c> lives until the function returns.</summary>
    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    internal delegate void tillbook_log_callback(IntPtr user, IntPtr record);

    /// <summary>Gives <c>user</c> back: no call is running and none will come.</summary>
    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    internal delegate void tillbook_destroy_callback(IntPtr user);

    /// <summary>Tells that the queue stands otherwise. <c>status</c> lives until the function returns.</summary>
    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    internal delegate void tillbook_status_callback(IntPtr user, IntPtr status);

    /// <summary>
    /// Tells a notification that has come since. <c>notice</c> and its strings live until the function returns.
    /// </summary>
    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    internal delegate void tillbook_notice_callback(IntPtr user, IntPtr notice);

    /// <summary>
    /// Tells that a token is wanted: call tillbook_give_token, here or later. <c>wanted</c> lives until the function
    /// returns.
    /// </summary>
    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    internal delegate void tillbook_token_callback(IntPtr user, IntPtr wanted);

    /// <summary>
    /// Sends one request and fills the answer with tillbook_http_response_status, _header and _body. Returns
    /// TILLBOOK_SENT, TILLBOOK_NOT_SENT or TILLBOOK_MAYBE_SENT; anything else, and an answer without a status, counts
    /// as TILLBOOK_MAYBE_SENT. Called on threads of the library's own ("tillbook-io"), several at once, and on the
    /// thread that calls tillbook_sync; no lock is held, and it may call the till. It must not throw or unwind. One
    /// that never returns costs its thread; the till itself goes on and can be closed.
    /// </summary>
    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    internal delegate int tillbook_send_callback(IntPtr user, IntPtr request, IntPtr response);

    /// <summary>The header's functions, and those of its constants that are no enum.</summary>
    internal static class Native
    {
        private const string Library = "tillbook";
        private const CallingConvention Cdecl = CallingConvention.Cdecl;

        /// <summary>
        /// Changes when something is taken away or means something else: programs have to be compiled anew. It is the
        /// number in the shared library's SONAME.
        /// </summary>
        public const int ABI_MAJOR = 1;

        /// <summary>
        /// Changes when something is added. A program runs with any library of the same major and the same or a higher
        /// minor.
        /// </summary>
        public const int ABI_MINOR = 0;

        /// <summary>Both in one number, the major in the upper 16 bits: what this header describes.</summary>
        public const int ABI_VERSION = 65536;

        /// <summary>
        /// <c>tillbook_features</c>: the library has the built-in HTTP transport. Without it every till needs one of
        /// the host's.
        /// </summary>
        public const int FEATURE_HTTP = 1;

        /// <summary>A yes-or-no setting: yes. 0 leaves it at its default.</summary>
        public const int YES = 1;

        /// <summary>A yes-or-no setting: no.</summary>
        public const int NO = 2;

        /// <summary>A limit of nothing, where 0 stands for the default.</summary>
        public const int NOTHING = -1;

        /// <summary><c>tillbook_receipt.confirmed</c>: the remote told <c>confirmed_original</c>.</summary>
        public const int CONFIRMED_ORIGINAL = 1;

        /// <summary><c>tillbook_receipt.confirmed</c>: the remote told <c>confirmed_actual</c>.</summary>
        public const int CONFIRMED_ACTUAL = 2;

        /// <summary><c>tillbook_receipt.confirmed</c>: the remote told <c>confirmed_discount</c>.</summary>
        public const int CONFIRMED_DISCOUNT = 4;

        /// <summary><c>tillbook_receipt.confirmed</c>: the remote told <c>confirmed_from_card</c>.</summary>
        public const int CONFIRMED_FROM_CARD = 8;

        /// <summary><c>tillbook_receipt.confirmed</c>: the remote told <c>confirmed_due</c>.</summary>
        public const int CONFIRMED_DUE = 16;

        /// <summary><c>tillbook_receipt.confirmed</c>: the remote told <c>confirmed_bonus</c>.</summary>
        public const int CONFIRMED_BONUS = 32;

        /// <summary><c>tillbook_receipt.confirmed</c>: the remote told <c>confirmed_bonus_points</c>.</summary>
        public const int CONFIRMED_BONUS_POINTS = 64;

        /// <summary><c>tillbook_receipt.confirmed</c>: the remote told <c>confirmed_money_after</c>.</summary>
        public const int CONFIRMED_MONEY_AFTER = 128;

        /// <summary><c>tillbook_receipt.confirmed</c>: the remote told <c>confirmed_points_after</c>.</summary>
        public const int CONFIRMED_POINTS_AFTER = 256;

        /// <summary><c>tillbook_receipt.confirmed</c>: the remote has confirmed the operation.</summary>
        public const int CONFIRMED = 1073741824;

        /// <summary>The library's version, as "0.1.0". Static: never free it. Any thread, any time.</summary>
        [DllImport(Library, CallingConvention = Cdecl, CharSet = CharSet.Unicode, ExactSpelling = true)]
        public static extern IntPtr tillbook_version();

        /// <summary>
        /// The version of the SQLite inside, which is never the host's own, as "3.51.3". Static: never free it. Any
        /// thread, any time.
        /// </summary>
        [DllImport(Library, CallingConvention = Cdecl, CharSet = CharSet.Unicode, ExactSpelling = true)]
        public static extern IntPtr tillbook_sqlite_version();

        /// <summary>
        /// The ABI that this library speaks, to be compared with TILLBOOK_ABI_VERSION. Any thread, any time.
        /// </summary>
        [DllImport(Library, CallingConvention = Cdecl, CharSet = CharSet.Unicode, ExactSpelling = true)]
        public static extern uint tillbook_abi_version();

        /// <summary>What this build has: the TILLBOOK_FEATURE_* bits. Any thread, any time.</summary>
        [DllImport(Library, CallingConvention = Cdecl, CharSet = CharSet.Unicode, ExactSpelling = true)]
        public static extern uint tillbook_features();

        /// <summary>
        /// Whether a program that was compiled with a header may use this library: call it once, first, with
        /// TILLBOOK_ABI_VERSION. Any thread. Errors: ABI_MISMATCH.
        /// </summary>
        [DllImport(Library, CallingConvention = Cdecl, CharSet = CharSet.Unicode, ExactSpelling = true)]
        public static extern int tillbook_check_abi(uint header, out IntPtr err);

        /// <summary>
        /// Opens a card. Any thread; waits no longer than its delivery says. Errors: nothing was written:
        /// INVALID_INPUT, REFUSED, CONFLICT, LANE_HELD, UNREACHABLE, UNSUPPORTED, NOT_FOUND, UNKNOWN_REFERENCE, and
        /// those of a faulty call (100 and above). Nothing can be said, so make the same call again with the same
        /// op_id: DISK_FULL, STORAGE, POISONED, CLOSED.
        /// </summary>
        [DllImport(Library, CallingConvention = Cdecl, CharSet = CharSet.Unicode, ExactSpelling = true)]
        public static extern int tillbook_open_card(
            IntPtr till,
            ref tillbook_open_card_request request,
            ref tillbook_receipt receipt,
            out IntPtr err);

        /// <summary>
        /// Changes a holder's data. Any thread; waits no longer than its delivery says. Errors: nothing was written:
        /// INVALID_INPUT, REFUSED, CONFLICT, LANE_HELD, UNREACHABLE, UNSUPPORTED, NOT_FOUND, UNKNOWN_REFERENCE, and
        /// those of a faulty call (100 and above). Nothing can be said, so make the same call again with the same
        /// op_id: DISK_FULL, STORAGE, POISONED, CLOSED.
        /// </summary>
        [DllImport(Library, CallingConvention = Cdecl, CharSet = CharSet.Unicode, ExactSpelling = true)]
        public static extern int tillbook_modify(
            IntPtr till,
            ref tillbook_modify_request request,
            ref tillbook_receipt receipt,
            out IntPtr err);

        /// <summary>
        /// Puts money on a card. Any thread; waits no longer than its delivery says. Errors: nothing was written:
        /// INVALID_INPUT, REFUSED, CONFLICT, LANE_HELD, UNREACHABLE, UNSUPPORTED, NOT_FOUND, UNKNOWN_REFERENCE, and
        /// those of a faulty call (100 and above). Nothing can be said, so make the same call again with the same
        /// op_id: DISK_FULL, STORAGE, POISONED, CLOSED.
        /// </summary>
        [DllImport(Library, CallingConvention = Cdecl, CharSet = CharSet.Unicode, ExactSpelling = true)]
        public static extern int tillbook_recharge(
            IntPtr till,
            ref tillbook_recharge_request request,
            ref tillbook_receipt receipt,
            out IntPtr err);

        /// <summary>
        /// Pays from a card with the member's discount. Look at <c>approved</c>, and always at <c>due</c>. Any thread;
        /// waits no longer than its delivery says. Errors: nothing was written: INVALID_INPUT, REFUSED, CONFLICT,
        /// LANE_HELD, UNREACHABLE, UNSUPPORTED, NOT_FOUND, UNKNOWN_REFERENCE, and those of a faulty call (100 and
        /// above). Nothing can be said, so make the same call again with the same op_id: DISK_FULL, STORAGE, POISONED,
        /// CLOSED.
        /// </summary>
        [DllImport(Library, CallingConvention = Cdecl, CharSet = CharSet.Unicode, ExactSpelling = true)]
        public static extern int tillbook_consume(
            IntPtr till,
            ref tillbook_consume_request request,
            ref tillbook_receipt receipt,
            out IntPtr err);

        /// <summary>
        /// Registers a member by phone. Any thread; waits no longer than its delivery says. Errors: nothing was
        /// written: INVALID_INPUT, REFUSED, CONFLICT, LANE_HELD, UNREACHABLE, UNSUPPORTED, NOT_FOUND,
        /// UNKNOWN_REFERENCE, and those of a faulty call (100 and above). Nothing can be said, so make the same call
        /// again with the same op_id: DISK_FULL, STORAGE, POISONED, CLOSED.
        /// </summary>
        [DllImport(Library, CallingConvention = Cdecl, CharSet = CharSet.Unicode, ExactSpelling = true)]
        public static extern int tillbook_register(
            IntPtr till,
            ref tillbook_register_request request,
            ref tillbook_receipt receipt,
            out IntPtr err);

        /// <summary>
        /// Takes points from a card. Any thread; waits no longer than its delivery says. Errors: nothing was written:
        /// INVALID_INPUT, REFUSED, CONFLICT, LANE_HELD, UNREACHABLE, UNSUPPORTED, NOT_FOUND, UNKNOWN_REFERENCE, and
        /// those of a faulty call (100 and above). Nothing can be said, so make the same call again with the same
        /// op_id: DISK_FULL, STORAGE, POISONED, CLOSED.
        /// </summary>
        [DllImport(Library, CallingConvention = Cdecl, CharSet = CharSet.Unicode, ExactSpelling = true)]
        public static extern int tillbook_redeem_points(
            IntPtr till,
            ref tillbook_redeem_points_request request,
            ref tillbook_receipt receipt,
            out IntPtr err);

        /// <summary>
        /// Grants points. Any thread; waits no longer than its delivery says. Errors: nothing was written:
        /// INVALID_INPUT, REFUSED, CONFLICT, LANE_HELD, UNREACHABLE, UNSUPPORTED, NOT_FOUND, UNKNOWN_REFERENCE, and
        /// those of a faulty call (100 and above). Nothing can be said, so make the same call again with the same
        /// op_id: DISK_FULL, STORAGE, POISONED, CLOSED.
        /// </summary>
        [DllImport(Library, CallingConvention = Cdecl, CharSet = CharSet.Unicode, ExactSpelling = true)]
        public static extern int tillbook_accrue_points(
            IntPtr till,
            ref tillbook_accrue_points_request request,
            ref tillbook_receipt receipt,
            out IntPtr err);

        /// <summary>
        /// Corrects points, up or down. Any thread; waits no longer than its delivery says. Errors: nothing was
        /// written: INVALID_INPUT, REFUSED, CONFLICT, LANE_HELD, UNREACHABLE, UNSUPPORTED, NOT_FOUND,
        /// UNKNOWN_REFERENCE, and those of a faulty call (100 and above). Nothing can be said, so make the same call
        /// again with the same op_id: DISK_FULL, STORAGE, POISONED, CLOSED.
        /// </summary>
        [DllImport(Library, CallingConvention = Cdecl, CharSet = CharSet.Unicode, ExactSpelling = true)]
        public static extern int tillbook_adjust_points(
            IntPtr till,
            ref tillbook_adjust_points_request request,
            ref tillbook_receipt receipt,
            out IntPtr err);

        /// <summary>
        /// Undoes an accrual or a redemption of this till, or a part of it. Any thread; waits no longer than its
        /// delivery says. Errors: nothing was written: INVALID_INPUT, REFUSED, CONFLICT, LANE_HELD, UNREACHABLE,
        /// UNSUPPORTED, NOT_FOUND, UNKNOWN_REFERENCE, and those of a faulty call (100 and above). Nothing can be said,
        /// so make the same call again with the same op_id: DISK_FULL, STORAGE, POISONED, CLOSED.
        /// </summary>
        [DllImport(Library, CallingConvention = Cdecl, CharSet = CharSet.Unicode, ExactSpelling = true)]
        public static extern int tillbook_return_points(
            IntPtr till,
            ref tillbook_return_points_request request,
            ref tillbook_receipt receipt,
            out IntPtr err);

        /// <summary>
        /// Sets points to a balance carried over from elsewhere. Any thread; waits no longer than its delivery says.
        /// Errors: nothing was written: INVALID_INPUT, REFUSED, CONFLICT, LANE_HELD, UNREACHABLE, UNSUPPORTED,
        /// NOT_FOUND, UNKNOWN_REFERENCE, and those of a faulty call (100 and above). Nothing can be said, so make the
        /// same call again with the same op_id: DISK_FULL, STORAGE, POISONED, CLOSED.
        /// </summary>
        [DllImport(Library, CallingConvention = Cdecl, CharSet = CharSet.Unicode, ExactSpelling = true)]
        public static extern int tillbook_carry_over_points(
            IntPtr till,
            ref tillbook_carry_over_points_request request,
            ref tillbook_receipt receipt,
            out IntPtr err);

        /// <summary>
        /// Changes points through Freemud's endpoint without a key (2.1), for installations that ask for it. Any
        /// thread; waits no longer than its delivery says. Errors: nothing was written: INVALID_INPUT, REFUSED,
        /// CONFLICT, LANE_HELD, UNREACHABLE, UNSUPPORTED, NOT_FOUND, UNKNOWN_REFERENCE, and those of a faulty call (100
        /// and above). Nothing can be said, so make the same call again with the same op_id: DISK_FULL, STORAGE,
        /// POISONED, CLOSED.
        /// </summary>
        [DllImport(Library, CallingConvention = Cdecl, CharSet = CharSet.Unicode, ExactSpelling = true)]
        public static extern int tillbook_update_points(
            IntPtr till,
            ref tillbook_update_points_request request,
            ref tillbook_receipt receipt,
            out IntPtr err);

        /// <summary>
        /// Gives back all points of an order through Freemud's endpoint without a key (2.3). Any thread; waits no
        /// longer than its delivery says. Errors: nothing was written: INVALID_INPUT, REFUSED, CONFLICT, LANE_HELD,
        /// UNREACHABLE, UNSUPPORTED, NOT_FOUND, UNKNOWN_REFERENCE, and those of a faulty call (100 and above). Nothing
        /// can be said, so make the same call again with the same op_id: DISK_FULL, STORAGE, POISONED, CLOSED.
        /// </summary>
        [DllImport(Library, CallingConvention = Cdecl, CharSet = CharSet.Unicode, ExactSpelling = true)]
        public static extern int tillbook_return_points_of_order(
            IntPtr till,
            ref tillbook_return_points_of_order_request request,
            ref tillbook_receipt receipt,
            out IntPtr err);

        /// <summary>
        /// Uses a coupon for an order. Any thread; waits no longer than its delivery says. Errors: nothing was written:
        /// INVALID_INPUT, REFUSED, CONFLICT, LANE_HELD, UNREACHABLE, UNSUPPORTED, NOT_FOUND, UNKNOWN_REFERENCE, and
        /// those of a faulty call (100 and above). Nothing can be said, so make the same call again with the same
        /// op_id: DISK_FULL, STORAGE, POISONED, CLOSED.
        /// </summary>
        [DllImport(Library, CallingConvention = Cdecl, CharSet = CharSet.Unicode, ExactSpelling = true)]
        public static extern int tillbook_redeem_coupon(
            IntPtr till,
            ref tillbook_redeem_coupon_request request,
            ref tillbook_receipt receipt,
            out IntPtr err);

        /// <summary>
        /// Gives a member a coupon of a template. Any thread; waits no longer than its delivery says. Errors: nothing
        /// was written: INVALID_INPUT, REFUSED, CONFLICT, LANE_HELD, UNREACHABLE, UNSUPPORTED, NOT_FOUND,
        /// UNKNOWN_REFERENCE, and those of a faulty call (100 and above). Nothing can be said, so make the same call
        /// again with the same op_id: DISK_FULL, STORAGE, POISONED, CLOSED.
        /// </summary>
        [DllImport(Library, CallingConvention = Cdecl, CharSet = CharSet.Unicode, ExactSpelling = true)]
        public static extern int tillbook_give_coupon(
            IntPtr till,
            ref tillbook_give_coupon_request request,
            ref tillbook_receipt receipt,
            out IntPtr err);

        /// <summary>
        /// Sets a coupon's status, or reinstates one that was used here. Any thread; waits no longer than its delivery
        /// says. Errors: nothing was written: INVALID_INPUT, REFUSED, CONFLICT, LANE_HELD, UNREACHABLE, UNSUPPORTED,
        /// NOT_FOUND, UNKNOWN_REFERENCE, and those of a faulty call (100 and above). Nothing can be said, so make the
        /// same call again with the same op_id: DISK_FULL, STORAGE, POISONED, CLOSED.
        /// </summary>
        [DllImport(Library, CallingConvention = Cdecl, CharSet = CharSet.Unicode, ExactSpelling = true)]
        public static extern int tillbook_set_coupon_status(
            IntPtr till,
            ref tillbook_set_coupon_status_request request,
            ref tillbook_receipt receipt,
            out IntPtr err);

        /// <summary>
        /// Adds a template that coupons are made from. Any thread; waits no longer than its delivery says. Errors:
        /// nothing was written: INVALID_INPUT, REFUSED, CONFLICT, LANE_HELD, UNREACHABLE, UNSUPPORTED, NOT_FOUND,
        /// UNKNOWN_REFERENCE, and those of a faulty call (100 and above). Nothing can be said, so make the same call
        /// again with the same op_id: DISK_FULL, STORAGE, POISONED, CLOSED.
        /// </summary>
        [DllImport(Library, CallingConvention = Cdecl, CharSet = CharSet.Unicode, ExactSpelling = true)]
        public static extern int tillbook_add_coupon_template(
            IntPtr till,
            ref tillbook_add_coupon_template_request request,
            ref tillbook_receipt receipt,
            out IntPtr err);

        /// <summary>
        /// Records an order that was paid by whatever means. Any thread; waits no longer than its delivery says.
        /// Errors: nothing was written: INVALID_INPUT, REFUSED, CONFLICT, LANE_HELD, UNREACHABLE, UNSUPPORTED,
        /// NOT_FOUND, UNKNOWN_REFERENCE, and those of a faulty call (100 and above). Nothing can be said, so make the
        /// same call again with the same op_id: DISK_FULL, STORAGE, POISONED, CLOSED.
        /// </summary>
        [DllImport(Library, CallingConvention = Cdecl, CharSet = CharSet.Unicode, ExactSpelling = true)]
        public static extern int tillbook_push_order(
            IntPtr till,
            ref tillbook_push_order_request request,
            ref tillbook_receipt receipt,
            out IntPtr err);

        /// <summary>
        /// Records that an order of this till came back, or a part of it. Any thread; waits no longer than its delivery
        /// says. Errors: nothing was written: INVALID_INPUT, REFUSED, CONFLICT, LANE_HELD, UNREACHABLE, UNSUPPORTED,
        /// NOT_FOUND, UNKNOWN_REFERENCE, and those of a faulty call (100 and above). Nothing can be said, so make the
        /// same call again with the same op_id: DISK_FULL, STORAGE, POISONED, CLOSED.
        /// </summary>
        [DllImport(Library, CallingConvention = Cdecl, CharSet = CharSet.Unicode, ExactSpelling = true)]
        public static extern int tillbook_return_order(
            IntPtr till,
            ref tillbook_return_order_request request,
            ref tillbook_receipt receipt,
            out IntPtr err);

        /// <summary>
        /// A card as the book knows it, at once. Any thread. Errors: NOT_FOUND, INVALID_INPUT, BAD_TEXT, NULL_ARGUMENT,
        /// STORAGE, POISONED, CLOSED, BAD_HANDLE.
        /// </summary>
        [DllImport(Library, CallingConvention = Cdecl, CharSet = CharSet.Unicode, ExactSpelling = true)]
        public static extern int tillbook_card_of(
            IntPtr till,
            IntPtr card,
            UIntPtr card_size,
            ref tillbook_card found,
            out IntPtr err);

        /// <summary>
        /// A card, read anew from every remote that it may have an account at. What does not answer within
        /// <c>timeout_ms</c> milliseconds (0: the configured time-out) is shown as the book has it. Any thread. Errors:
        /// NOT_FOUND if no remote and not the book knows it; UNREACHABLE or REMOTE_REFUSED if it is not in the book and
        /// nobody could be asked; INVALID_INPUT, BAD_TEXT, NULL_ARGUMENT, STORAGE, POISONED, CLOSED, BAD_HANDLE.
        /// </summary>
        [DllImport(Library, CallingConvention = Cdecl, CharSet = CharSet.Unicode, ExactSpelling = true)]
        public static extern int tillbook_serve_card(
            IntPtr till,
            IntPtr card,
            UIntPtr card_size,
            uint timeout_ms,
            ref tillbook_card found,
            out IntPtr err);

        /// <summary>
        /// The member whom the remote of the members knows by this identifier. Asks it, and waits at most
        /// <c>timeout_ms</c> milliseconds (0: the configured time-out). Any thread. Errors: UNREACHABLE,
        /// REMOTE_REFUSED, UNSUPPORTED, NOT_FOUND, INVALID_INPUT, BAD_TEXT, NULL_ARGUMENT, STORAGE, POISONED, CLOSED,
        /// BAD_HANDLE.
        /// </summary>
        [DllImport(Library, CallingConvention = Cdecl, CharSet = CharSet.Unicode, ExactSpelling = true)]
        public static extern int tillbook_serve_member(
            IntPtr till,
            IntPtr id,
            UIntPtr id_size,
            uint timeout_ms,
            ref tillbook_card found,
            out IntPtr err);

        /// <summary>
        /// The member who shows a code: Gree's member code, Freemud's dynamic code. Otherwise as tillbook_serve_member.
        /// Errors: UNREACHABLE, REMOTE_REFUSED, UNSUPPORTED, NOT_FOUND, INVALID_INPUT, BAD_TEXT, NULL_ARGUMENT,
        /// STORAGE, POISONED, CLOSED, BAD_HANDLE.
        /// </summary>
        [DllImport(Library, CallingConvention = Cdecl, CharSet = CharSet.Unicode, ExactSpelling = true)]
        public static extern int tillbook_serve_code(
            IntPtr till,
            IntPtr shown,
            UIntPtr shown_size,
            uint timeout_ms,
            ref tillbook_card found,
            out IntPtr err);

        /// <summary>
        /// The cards of a phone number, at most 20: those in the book and, if the remotes answer within
        /// <c>timeout_ms</c> milliseconds (0: the configured time-out), those they know. Any thread; free the list with
        /// tillbook_cards_free. Errors: INVALID_INPUT, BAD_TEXT, NULL_ARGUMENT, STORAGE, POISONED, CLOSED, BAD_HANDLE.
        /// </summary>
        [DllImport(Library, CallingConvention = Cdecl, CharSet = CharSet.Unicode, ExactSpelling = true)]
        public static extern int tillbook_serve_phone(
            IntPtr till,
            IntPtr phone,
            UIntPtr phone_size,
            uint timeout_ms,
            ref IntPtr list,
            out IntPtr err);

        /// <summary>
        /// The cards of a phone number that are in the book, at most 20. At once. Any thread; free the list with
        /// tillbook_cards_free. Errors: INVALID_INPUT, BAD_TEXT, NULL_ARGUMENT, STORAGE, POISONED, CLOSED, BAD_HANDLE.
        /// </summary>
        [DllImport(Library, CallingConvention = Cdecl, CharSet = CharSet.Unicode, ExactSpelling = true)]
        public static extern int tillbook_cards_by_phone(
            IntPtr till,
            IntPtr phone,
            UIntPtr phone_size,
            ref IntPtr list,
            out IntPtr err);

        /// <summary>The next card, or DONE. Errors: NULL_ARGUMENT, BAD_STRUCT, BAD_HANDLE.</summary>
        [DllImport(Library, CallingConvention = Cdecl, CharSet = CharSet.Unicode, ExactSpelling = true)]
        public static extern int tillbook_cards_next(IntPtr list, ref tillbook_card row, out IntPtr err);

        /// <summary>Frees the list and its strings. NULL is fine. Errors: BAD_HANDLE.</summary>
        [DllImport(Library, CallingConvention = Cdecl, CharSet = CharSet.Unicode, ExactSpelling = true)]
        public static extern int tillbook_cards_free(IntPtr list);

        /// <summary>
        /// A card's accounts at the remotes. Any thread; free the list with tillbook_accounts_free. Errors: NOT_FOUND,
        /// INVALID_INPUT, BAD_TEXT, NULL_ARGUMENT, STORAGE, POISONED, CLOSED, BAD_HANDLE.
        /// </summary>
        [DllImport(Library, CallingConvention = Cdecl, CharSet = CharSet.Unicode, ExactSpelling = true)]
        public static extern int tillbook_accounts_of(
            IntPtr till,
            IntPtr card,
            UIntPtr card_size,
            ref IntPtr list,
            out IntPtr err);

        /// <summary>The next account, or DONE. Errors: NULL_ARGUMENT, BAD_STRUCT, BAD_HANDLE.</summary>
        [DllImport(Library, CallingConvention = Cdecl, CharSet = CharSet.Unicode, ExactSpelling = true)]
        public static extern int tillbook_accounts_next(IntPtr list, ref tillbook_account row, out IntPtr err);

        /// <summary>Frees the list and its strings. NULL is fine. Errors: BAD_HANDLE.</summary>
        [DllImport(Library, CallingConvention = Cdecl, CharSet = CharSet.Unicode, ExactSpelling = true)]
        public static extern int tillbook_accounts_free(IntPtr list);

        /// <summary>
        /// The numbers of all cards in the book, in order. Any thread; free the list with tillbook_texts_free. Errors:
        /// NULL_ARGUMENT, STORAGE, POISONED, CLOSED, BAD_HANDLE.
        /// </summary>
        [DllImport(Library, CallingConvention = Cdecl, CharSet = CharSet.Unicode, ExactSpelling = true)]
        public static extern int tillbook_card_numbers(IntPtr till, ref IntPtr list, out IntPtr err);

        /// <summary>The next text, owned by the list, or DONE. Errors: NULL_ARGUMENT, BAD_STRUCT, BAD_HANDLE.</summary>
        [DllImport(Library, CallingConvention = Cdecl, CharSet = CharSet.Unicode, ExactSpelling = true)]
        public static extern int tillbook_texts_next(IntPtr list, ref IntPtr row, out IntPtr err);

        /// <summary>Frees the list and its strings. NULL is fine. Errors: BAD_HANDLE.</summary>
        [DllImport(Library, CallingConvention = Cdecl, CharSet = CharSet.Unicode, ExactSpelling = true)]
        public static extern int tillbook_texts_free(IntPtr list);

        /// <summary>
        /// Tells the till what a remote calls a card's account, where only a person or an import can know it: Yonyou's
        /// mid. Any thread. Errors: CONFLICT where another account has it, or where operations are open under another
        /// one; NOT_FOUND, INVALID_INPUT, BAD_TEXT, NULL_ARGUMENT, STORAGE, POISONED, CLOSED, BAD_HANDLE.
        /// </summary>
        [DllImport(Library, CallingConvention = Cdecl, CharSet = CharSet.Unicode, ExactSpelling = true)]
        public static extern int tillbook_set_reference(
            IntPtr till,
            IntPtr card,
            UIntPtr card_size,
            IntPtr provider,
            UIntPtr provider_size,
            IntPtr reference,
            UIntPtr reference_size,
            out IntPtr err);

        /// <summary>
        /// The card levels that the remote told, by the last fetch. Any thread; free the list with
        /// tillbook_levels_free. Errors: NULL_ARGUMENT, STORAGE, POISONED, CLOSED, BAD_HANDLE.
        /// </summary>
        [DllImport(Library, CallingConvention = Cdecl, CharSet = CharSet.Unicode, ExactSpelling = true)]
        public static extern int tillbook_levels_of(IntPtr till, ref IntPtr list, out IntPtr err);

        /// <summary>The next level, or DONE. Errors: NULL_ARGUMENT, BAD_STRUCT, BAD_HANDLE.</summary>
        [DllImport(Library, CallingConvention = Cdecl, CharSet = CharSet.Unicode, ExactSpelling = true)]
        public static extern int tillbook_levels_next(IntPtr list, ref tillbook_level row, out IntPtr err);

        /// <summary>Frees the list and its strings. NULL is fine. Errors: BAD_HANDLE.</summary>
        [DllImport(Library, CallingConvention = Cdecl, CharSet = CharSet.Unicode, ExactSpelling = true)]
        public static extern int tillbook_levels_free(IntPtr list);

        /// <summary>
        /// The ways to pay a recharge in that the remote told, by the last fetch. Any thread; free the list with
        /// tillbook_pay_types_free. Errors: NULL_ARGUMENT, STORAGE, POISONED, CLOSED, BAD_HANDLE.
        /// </summary>
        [DllImport(Library, CallingConvention = Cdecl, CharSet = CharSet.Unicode, ExactSpelling = true)]
        public static extern int tillbook_pay_types_of(IntPtr till, ref IntPtr list, out IntPtr err);

        /// <summary>The next way to pay, or DONE. Errors: NULL_ARGUMENT, BAD_STRUCT, BAD_HANDLE.</summary>
        [DllImport(Library, CallingConvention = Cdecl, CharSet = CharSet.Unicode, ExactSpelling = true)]
        public static extern int tillbook_pay_types_next(IntPtr list, ref tillbook_pay_type row, out IntPtr err);

        /// <summary>Frees the list and its strings. NULL is fine. Errors: BAD_HANDLE.</summary>
        [DllImport(Library, CallingConvention = Cdecl, CharSet = CharSet.Unicode, ExactSpelling = true)]
        public static extern int tillbook_pay_types_free(IntPtr list);

        /// <summary>
        /// The recharge rules that the remote told for a card, by the last fetch. Any thread; free the list with
        /// tillbook_recharge_rules_free. Errors: NOT_FOUND, INVALID_INPUT, BAD_TEXT, NULL_ARGUMENT, STORAGE, POISONED,
        /// CLOSED, BAD_HANDLE.
        /// </summary>
        [DllImport(Library, CallingConvention = Cdecl, CharSet = CharSet.Unicode, ExactSpelling = true)]
        public static extern int tillbook_recharge_rules_of(
            IntPtr till,
            IntPtr card,
            UIntPtr card_size,
            ref IntPtr list,
            out IntPtr err);

        /// <summary>The next rule, or DONE. Errors: NULL_ARGUMENT, BAD_STRUCT, BAD_HANDLE.</summary>
        [DllImport(Library, CallingConvention = Cdecl, CharSet = CharSet.Unicode, ExactSpelling = true)]
        public static extern int tillbook_recharge_rules_next(
            IntPtr list,
            ref tillbook_recharge_rule row,
            out IntPtr err);

        /// <summary>Frees the list and its strings. NULL is fine. Errors: BAD_HANDLE.</summary>
        [DllImport(Library, CallingConvention = Cdecl, CharSet = CharSet.Unicode, ExactSpelling = true)]
        public static extern int tillbook_recharge_rules_free(IntPtr list);

        /// <summary>
        /// What each remote system serves, and how an unknown outcome is found out. Needs no till. Any thread; free the
        /// list with tillbook_services_free. Errors: NULL_ARGUMENT.
        /// </summary>
        [DllImport(Library, CallingConvention = Cdecl, CharSet = CharSet.Unicode, ExactSpelling = true)]
        public static extern int tillbook_services_of(ref IntPtr list, out IntPtr err);

        /// <summary>The next service, or DONE. Errors: NULL_ARGUMENT, BAD_STRUCT, BAD_HANDLE.</summary>
        [DllImport(Library, CallingConvention = Cdecl, CharSet = CharSet.Unicode, ExactSpelling = true)]
        public static extern int tillbook_services_next(IntPtr list, ref tillbook_service row, out IntPtr err);

        /// <summary>Frees the list and its strings. NULL is fine. Errors: BAD_HANDLE.</summary>
        [DllImport(Library, CallingConvention = Cdecl, CharSet = CharSet.Unicode, ExactSpelling = true)]
        public static extern int tillbook_services_free(IntPtr list);

        /// <summary>
        /// Asks each remote for its catalogue, which also tells whether it is there. Waits at most <c>timeout_ms</c>
        /// milliseconds (0: the configured time-out). Any thread. Errors: UNREACHABLE, REMOTE_REFUSED: the first
        /// failure, after all have been asked; STORAGE, POISONED, CLOSED, BAD_HANDLE.
        /// </summary>
        [DllImport(Library, CallingConvention = Cdecl, CharSet = CharSet.Unicode, ExactSpelling = true)]
        public static extern int tillbook_pull_catalogue(IntPtr till, uint timeout_ms, out IntPtr err);

        /// <summary>
        /// How much more this till would approve offline, for a card if one is named (<c>card</c> may be NULL). Any
        /// thread. Errors: NOT_FOUND, INVALID_INPUT, BAD_TEXT, NULL_ARGUMENT, STORAGE, POISONED, CLOSED, BAD_HANDLE.
        /// </summary>
        [DllImport(Library, CallingConvention = Cdecl, CharSet = CharSet.Unicode, ExactSpelling = true)]
        public static extern int tillbook_headroom_of(
            IntPtr till,
            IntPtr card,
            UIntPtr card_size,
            ref tillbook_headroom headroom,
            out IntPtr err);

        /// <summary>
        /// The offline policy in force. Any thread. Errors: NULL_ARGUMENT, BAD_STRUCT, POISONED, CLOSED, BAD_HANDLE.
        /// </summary>
        [DllImport(Library, CallingConvention = Cdecl, CharSet = CharSet.Unicode, ExactSpelling = true)]
        public static extern int tillbook_policy_of(IntPtr till, ref tillbook_policy policy, out IntPtr err);

        /// <summary>
        /// A member's coupons as last read, and those given here since. tillbook_serve_card reads them anew. Any
        /// thread; free the list with tillbook_coupons_free. Errors: UNSUPPORTED, NOT_FOUND, INVALID_INPUT, BAD_TEXT,
        /// NULL_ARGUMENT, STORAGE, POISONED, CLOSED, BAD_HANDLE.
        /// </summary>
        [DllImport(Library, CallingConvention = Cdecl, CharSet = CharSet.Unicode, ExactSpelling = true)]
        public static extern int tillbook_coupons_of(
            IntPtr till,
            IntPtr card,
            UIntPtr card_size,
            ref IntPtr list,
            out IntPtr err);

        /// <summary>The next coupon, or DONE. Errors: NULL_ARGUMENT, BAD_STRUCT, BAD_HANDLE.</summary>
        [DllImport(Library, CallingConvention = Cdecl, CharSet = CharSet.Unicode, ExactSpelling = true)]
        public static extern int tillbook_coupons_next(IntPtr list, ref tillbook_coupon row, out IntPtr err);

        /// <summary>Frees the list and its strings. NULL is fine. Errors: BAD_HANDLE.</summary>
        [DllImport(Library, CallingConvention = Cdecl, CharSet = CharSet.Unicode, ExactSpelling = true)]
        public static extern int tillbook_coupons_free(IntPtr list);

        /// <summary>
        /// A dry run: what every rule says of using a coupon for an order, and what it would take off. Nothing is
        /// written and nobody is asked. <c>verdicts</c> may be NULL; free the list with tillbook_verdicts_free. Any
        /// thread. Errors: UNSUPPORTED, BAD_STRUCT, NOT_FOUND, INVALID_INPUT, BAD_TEXT, NULL_ARGUMENT, STORAGE,
        /// POISONED, CLOSED, BAD_HANDLE.
        /// </summary>
        [DllImport(Library, CallingConvention = Cdecl, CharSet = CharSet.Unicode, ExactSpelling = true)]
        public static extern int tillbook_validate_coupon(
            IntPtr till,
            ref tillbook_validate_coupon_request request,
            ref tillbook_coupon_validation validation,
            ref IntPtr verdicts,
            out IntPtr err);

        /// <summary>The next rule's word, or DONE. Errors: NULL_ARGUMENT, BAD_STRUCT, BAD_HANDLE.</summary>
        [DllImport(Library, CallingConvention = Cdecl, CharSet = CharSet.Unicode, ExactSpelling = true)]
        public static extern int tillbook_verdicts_next(IntPtr list, ref tillbook_verdict row, out IntPtr err);

        /// <summary>Frees the list and its strings. NULL is fine. Errors: BAD_HANDLE.</summary>
        [DllImport(Library, CallingConvention = Cdecl, CharSet = CharSet.Unicode, ExactSpelling = true)]
        public static extern int tillbook_verdicts_free(IntPtr list);

        /// <summary>Everything about an error. Errors: NULL_ARGUMENT, BAD_HANDLE, BAD_STRUCT.</summary>
        [DllImport(Library, CallingConvention = Cdecl, CharSet = CharSet.Unicode, ExactSpelling = true)]
        public static extern int tillbook_error_info_of(IntPtr error, ref tillbook_error_info info);

        /// <summary>
        /// The error's message for the cashier in TILLBOOK_LANGUAGE_*. Owned by the error; empty for a handle that is
        /// none.
        /// </summary>
        [DllImport(Library, CallingConvention = Cdecl, CharSet = CharSet.Unicode, ExactSpelling = true)]
        public static extern IntPtr tillbook_error_message(IntPtr error, int wanted);

        /// <summary>The error's detail for logs. Owned by the error; empty for a handle that is none.</summary>
        [DllImport(Library, CallingConvention = Cdecl, CharSet = CharSet.Unicode, ExactSpelling = true)]
        public static extern IntPtr tillbook_error_detail(IntPtr error);

        /// <summary>Frees an error. NULL is fine. Errors: BAD_HANDLE, for one that was freed before.</summary>
        [DllImport(Library, CallingConvention = Cdecl, CharSet = CharSet.Unicode, ExactSpelling = true)]
        public static extern int tillbook_error_free(IntPtr error);

        /// <summary>
        /// The name of a status, as "LANE_HELD"; "UNKNOWN" for one that this library does not know. Static: never free
        /// it.
        /// </summary>
        [DllImport(Library, CallingConvention = Cdecl, CharSet = CharSet.Unicode, ExactSpelling = true)]
        public static extern IntPtr tillbook_status_name(int status);

        /// <summary>
        /// A page of the book, newest first. <c>query</c> may be NULL: the newest 20 lines. <c>next_page</c> (may be
        /// NULL) is what to put into the query's <c>after</c> for the page after this one, 0 if this is the last. Any
        /// thread; free the list with tillbook_history_free. Errors: INVALID_INPUT for a page size above 500 or a bad
        /// card number; BAD_STRUCT, BAD_TEXT, NULL_ARGUMENT, STORAGE, POISONED, CLOSED, BAD_HANDLE.
        /// </summary>
        [DllImport(Library, CallingConvention = Cdecl, CharSet = CharSet.Unicode, ExactSpelling = true)]
        public static extern int tillbook_history_of(
            IntPtr till,
            ref tillbook_history_query query,
            ref IntPtr list,
            ref long next_page,
            out IntPtr err);

        /// <summary>The next line, or DONE. Errors: NULL_ARGUMENT, BAD_STRUCT, BAD_HANDLE.</summary>
        [DllImport(Library, CallingConvention = Cdecl, CharSet = CharSet.Unicode, ExactSpelling = true)]
        public static extern int tillbook_history_next(IntPtr list, ref tillbook_entry row, out IntPtr err);

        /// <summary>Frees the list and its strings. NULL is fine. Errors: BAD_HANDLE.</summary>
        [DllImport(Library, CallingConvention = Cdecl, CharSet = CharSet.Unicode, ExactSpelling = true)]
        public static extern int tillbook_history_free(IntPtr list);

        /// <summary>
        /// The short words for a number, for displays and slips: <c>what</c> is one of TILLBOOK_LABEL_*, <c>wanted</c>
        /// a language. Empty for numbers that are unknown here. Static: never free it. Any thread.
        /// </summary>
        [DllImport(Library, CallingConvention = Cdecl, CharSet = CharSet.Unicode, ExactSpelling = true)]
        public static extern IntPtr tillbook_label(int what, int value, int wanted);

        /// <summary>
        /// Says what of the log the host wants, for the whole process: lines down to <c>level</c> (TILLBOOK_LOG_*),
        /// given to <c>callback</c> on a thread of the library's own ("tillbook-log"), one at a time, with no lock
        /// held. It may call the library. Without a callback (NULL) the lines wait to be fetched with
        /// tillbook_next_log. A second call replaces the first. <c>destroy</c> (may be NULL) is called when the
        /// callback was replaced and is not running; also where this function fails. Any thread. Errors: INVALID_INPUT,
        /// STORAGE (no thread).
        /// </summary>
        [DllImport(Library, CallingConvention = Cdecl, CharSet = CharSet.Unicode, ExactSpelling = true)]
        public static extern int tillbook_set_log(
            int level,
            IntPtr callback,
            IntPtr user,
            IntPtr destroy,
            out IntPtr err);

        /// <summary>
        /// The next line of the log, or DONE: the polling twin of the callback of tillbook_set_log. Any thread. Errors:
        /// NULL_ARGUMENT, BAD_STRUCT.
        /// </summary>
        [DllImport(Library, CallingConvention = Cdecl, CharSet = CharSet.Unicode, ExactSpelling = true)]
        public static extern int tillbook_next_log(ref tillbook_log_record record, out IntPtr err);

        /// <summary>
        /// How many points a member has now, and ever had. Asks the remote and waits at most <c>timeout_ms</c>
        /// milliseconds (0: the configured time-out). Any thread. Errors: UNREACHABLE, REMOTE_REFUSED, UNSUPPORTED,
        /// NOT_FOUND, INVALID_INPUT, BAD_TEXT, NULL_ARGUMENT, STORAGE, POISONED, CLOSED, BAD_HANDLE.
        /// </summary>
        [DllImport(Library, CallingConvention = Cdecl, CharSet = CharSet.Unicode, ExactSpelling = true)]
        public static extern int tillbook_points_statistics_of(
            IntPtr till,
            IntPtr card,
            UIntPtr card_size,
            uint timeout_ms,
            ref tillbook_points_statistics statistics,
            out IntPtr err);

        /// <summary>
        /// A page of a member's points history as the remote has it, pages from 1, at most 200 lines a page. Asks the
        /// remote and waits at most <c>timeout_ms</c> milliseconds (0: the configured time-out). <c>page_info</c> may
        /// be NULL. Any thread; free the list with tillbook_points_records_free. Errors: UNREACHABLE, REMOTE_REFUSED,
        /// UNSUPPORTED, NOT_FOUND, INVALID_INPUT, BAD_TEXT, NULL_ARGUMENT, STORAGE, POISONED, CLOSED, BAD_HANDLE.
        /// </summary>
        [DllImport(Library, CallingConvention = Cdecl, CharSet = CharSet.Unicode, ExactSpelling = true)]
        public static extern int tillbook_points_history_of(
            IntPtr till,
            IntPtr card,
            UIntPtr card_size,
            uint page,
            uint page_size,
            uint timeout_ms,
            ref IntPtr list,
            ref tillbook_page page_info,
            out IntPtr err);

        /// <summary>The next line, or DONE. Errors: NULL_ARGUMENT, BAD_STRUCT, BAD_HANDLE.</summary>
        [DllImport(Library, CallingConvention = Cdecl, CharSet = CharSet.Unicode, ExactSpelling = true)]
        public static extern int tillbook_points_records_next(
            IntPtr list,
            ref tillbook_points_record row,
            out IntPtr err);

        /// <summary>Frees the list and its strings. NULL is fine. Errors: BAD_HANDLE.</summary>
        [DllImport(Library, CallingConvention = Cdecl, CharSet = CharSet.Unicode, ExactSpelling = true)]
        public static extern int tillbook_points_records_free(IntPtr list);

        /// <summary>
        /// A page of the merchant's members, pages from 1, at most 200 a page; they are in the book from then on. Asks
        /// the remote and waits at most <c>timeout_ms</c> milliseconds (0: the configured time-out). <c>page_info</c>
        /// may be NULL. Any thread; free the list with tillbook_members_free. Errors: UNREACHABLE, REMOTE_REFUSED,
        /// UNSUPPORTED, NOT_FOUND, INVALID_INPUT, BAD_TEXT, NULL_ARGUMENT, STORAGE, POISONED, CLOSED, BAD_HANDLE.
        /// </summary>
        [DllImport(Library, CallingConvention = Cdecl, CharSet = CharSet.Unicode, ExactSpelling = true)]
        public static extern int tillbook_pull_members(
            IntPtr till,
            uint page,
            uint page_size,
            uint timeout_ms,
            ref IntPtr list,
            ref tillbook_page page_info,
            out IntPtr err);

        /// <summary>The next member, or DONE. Errors: NULL_ARGUMENT, BAD_STRUCT, BAD_HANDLE.</summary>
        [DllImport(Library, CallingConvention = Cdecl, CharSet = CharSet.Unicode, ExactSpelling = true)]
        public static extern int tillbook_members_next(IntPtr list, ref tillbook_member row, out IntPtr err);

        /// <summary>Frees the list and its strings. NULL is fine. Errors: BAD_HANDLE.</summary>
        [DllImport(Library, CallingConvention = Cdecl, CharSet = CharSet.Unicode, ExactSpelling = true)]
        public static extern int tillbook_members_free(IntPtr list);

        /// <summary>
        /// A code for a member to show elsewhere, as text in a buffer. Asks the remote and waits at most
        /// <c>timeout_ms</c> milliseconds (0: the configured time-out). Any thread; free the buffer with
        /// tillbook_buffer_free. Errors: UNREACHABLE, REMOTE_REFUSED, UNSUPPORTED, NOT_FOUND, INVALID_INPUT, BAD_TEXT,
        /// NULL_ARGUMENT, STORAGE, POISONED, CLOSED, BAD_HANDLE.
        /// </summary>
        [DllImport(Library, CallingConvention = Cdecl, CharSet = CharSet.Unicode, ExactSpelling = true)]
        public static extern int tillbook_member_code(
            IntPtr till,
            IntPtr card,
            UIntPtr card_size,
            uint timeout_ms,
            ref IntPtr member_code,
            out IntPtr err);

        /// <summary>
        /// Sends a code to a phone. Asks the remote once: whether an unanswered one has been sent nobody can tell.
        /// Waits at most <c>timeout_ms</c> milliseconds (0: the configured time-out). Any thread. Errors:
        /// REMOTE_REFUSED (the day's limit); UNREACHABLE, REMOTE_REFUSED, UNSUPPORTED, NOT_FOUND, INVALID_INPUT,
        /// BAD_TEXT, NULL_ARGUMENT, STORAGE, POISONED, CLOSED, BAD_HANDLE.
        /// </summary>
        [DllImport(Library, CallingConvention = Cdecl, CharSet = CharSet.Unicode, ExactSpelling = true)]
        public static extern int tillbook_send_sms(
            IntPtr till,
            IntPtr phone,
            UIntPtr phone_size,
            uint timeout_ms,
            out IntPtr err);

        /// <summary>
        /// Whether that was the code that the phone was sent: <c>right</c> becomes 1 or 0. Asks the remote and waits at
        /// most <c>timeout_ms</c> milliseconds (0: the configured time-out). Any thread. Errors: UNREACHABLE,
        /// REMOTE_REFUSED, UNSUPPORTED, NOT_FOUND, INVALID_INPUT, BAD_TEXT, NULL_ARGUMENT, STORAGE, POISONED, CLOSED,
        /// BAD_HANDLE.
        /// </summary>
        [DllImport(Library, CallingConvention = Cdecl, CharSet = CharSet.Unicode, ExactSpelling = true)]
        public static extern int tillbook_judge_sms(
            IntPtr till,
            IntPtr phone,
            UIntPtr phone_size,
            IntPtr sms_code,
            UIntPtr sms_code_size,
            uint timeout_ms,
            ref int right,
            out IntPtr err);

        /// <summary>
        /// Takes in what a remote has pushed, as its request's body came in; <c>answer</c> becomes the body to answer
        /// it with. Nothing in a push becomes a balance or a state: it makes the till ask. Any thread; free the buffer
        /// with tillbook_buffer_free. Errors: REMOTE_REFUSED: the signature is not the platform's, so answer nothing;
        /// INVALID_INPUT: it is no push; UNSUPPORTED; DISK_FULL, STORAGE: not taken in, let it come again;
        /// NULL_ARGUMENT, STORAGE, POISONED, CLOSED, BAD_HANDLE.
        /// </summary>
        [DllImport(Library, CallingConvention = Cdecl, CharSet = CharSet.Unicode, ExactSpelling = true)]
        public static extern int tillbook_apply_push(
            IntPtr till,
            IntPtr provider,
            UIntPtr provider_size,
            IntPtr body,
            UIntPtr body_size,
            ref IntPtr answer,
            out IntPtr err);

        /// <summary>
        /// A buffer's bytes, owned by it. A NUL that is not counted stands behind them. <c>size</c> may be NULL.
        /// Errors: NULL_ARGUMENT, BAD_HANDLE.
        /// </summary>
        [DllImport(Library, CallingConvention = Cdecl, CharSet = CharSet.Unicode, ExactSpelling = true)]
        public static extern int tillbook_buffer_bytes(
            IntPtr buffer,
            ref IntPtr bytes,
            ref UIntPtr size,
            out IntPtr err);

        /// <summary>Frees a buffer and its bytes. NULL is fine. Errors: BAD_HANDLE.</summary>
        [DllImport(Library, CallingConvention = Cdecl, CharSet = CharSet.Unicode, ExactSpelling = true)]
        public static extern int tillbook_buffer_free(IntPtr buffer);

        /// <summary>
        /// Reads yuan in plain digits with at most two decimals ("12", "12.5", "12.50") as fen. Any thread. Errors:
        /// INVALID_INPUT for anything else (more decimals, an exponent, a thousands separator, too large), BAD_TEXT,
        /// NULL_ARGUMENT.
        /// </summary>
        [DllImport(Library, CallingConvention = Cdecl, CharSet = CharSet.Unicode, ExactSpelling = true)]
        public static extern int tillbook_parse_yuan(IntPtr text, UIntPtr text_size, ref long fen, out IntPtr err);

        /// <summary>
        /// Writes fen as yuan with two decimals and a NUL: "12.50". <c>buffer</c> takes 32 bytes. Any thread. Errors:
        /// NULL_ARGUMENT.
        /// </summary>
        [DllImport(Library, CallingConvention = Cdecl, CharSet = CharSet.Unicode, ExactSpelling = true)]
        public static extern int tillbook_format_yuan(long fen, IntPtr buffer, out IntPtr err);

        /// <summary>
        /// Opens the book, or makes a new one. What a crash left behind is recovered first. Nothing is sent before a
        /// call asks for it, tillbook_sync is called or tillbook_start_worker has started the worker. Any thread.
        /// Errors: INVALID_CONFIG (the error names the key); BOOK_IN_USE, NOT_A_BOOK, NEWER_BOOK, CORRUPT,
        /// NO_PERMISSION, DISK_FULL, WRONG_MERCHANT; INVALID_INPUT, NULL_ARGUMENT, BAD_STRUCT, BAD_TEXT. The
        /// transport's <c>destroy</c> has been called then.
        /// </summary>
        [DllImport(Library, CallingConvention = Cdecl, CharSet = CharSet.Unicode, ExactSpelling = true)]
        public static extern int tillbook_open(ref tillbook_open_options options, ref IntPtr till, out IntPtr err);

        /// <summary>
        /// Closes the book: calls that wait, and every later one, return CLOSED, until the handle is freed. Requests
        /// under way get <c>grace_ms</c> milliseconds to end; what became of those that don't is found out when the
        /// book is opened again. No further callback begins. Closing twice is fine. Any thread, inside callbacks as
        /// well. Errors: BAD_HANDLE, NULL_ARGUMENT.
        /// </summary>
        [DllImport(Library, CallingConvention = Cdecl, CharSet = CharSet.Unicode, ExactSpelling = true)]
        public static extern int tillbook_close(IntPtr till, uint grace_ms, out IntPtr err);

        /// <summary>
        /// Frees the handle, and closes the till first if that has not been done, with a second's grace. NULL is fine.
        /// Any thread, inside callbacks as well; calls of other threads that are under way end with CLOSED. Errors:
        /// BAD_HANDLE, for one that was freed before.
        /// </summary>
        [DllImport(Library, CallingConvention = Cdecl, CharSet = CharSet.Unicode, ExactSpelling = true)]
        public static extern int tillbook_free(IntPtr till);

        /// <summary>
        /// Starts a thread that forwards the queue by itself until the till is closed. A host without threads calls
        /// tillbook_sync from its loop instead. Starting twice does nothing. Any thread. Errors: STORAGE if the system
        /// gives no thread; CLOSED, BAD_HANDLE.
        /// </summary>
        [DllImport(Library, CallingConvention = Cdecl, CharSet = CharSet.Unicode, ExactSpelling = true)]
        public static extern int tillbook_start_worker(IntPtr till, out IntPtr err);

        /// <summary>
        /// What nobody has acknowledged yet, oldest first, at most 1,000. The polling twin of tillbook_on_notice. Any
        /// thread; free the list with tillbook_notices_free. Errors: NULL_ARGUMENT, STORAGE, POISONED, CLOSED,
        /// BAD_HANDLE.
        /// </summary>
        [DllImport(Library, CallingConvention = Cdecl, CharSet = CharSet.Unicode, ExactSpelling = true)]
        public static extern int tillbook_notices_of(IntPtr till, ref IntPtr list, out IntPtr err);

        /// <summary>The next notification, or DONE. Errors: NULL_ARGUMENT, BAD_STRUCT, BAD_HANDLE.</summary>
        [DllImport(Library, CallingConvention = Cdecl, CharSet = CharSet.Unicode, ExactSpelling = true)]
        public static extern int tillbook_notices_next(IntPtr list, ref tillbook_notice row, out IntPtr err);

        /// <summary>Frees the list and its strings. NULL is fine. Errors: BAD_HANDLE.</summary>
        [DllImport(Library, CallingConvention = Cdecl, CharSet = CharSet.Unicode, ExactSpelling = true)]
        public static extern int tillbook_notices_free(IntPtr list);

        /// <summary>
        /// Acknowledges a notification. For TILLBOOK_NOTICE_CHARGED_WITHOUT_SALE <c>note</c> records whether goods were
        /// handed over; otherwise it may be NULL. Any thread. Errors: NOT_FOUND if it is not open; INVALID_INPUT,
        /// BAD_TEXT, DISK_FULL, NULL_ARGUMENT, STORAGE, POISONED, CLOSED, BAD_HANDLE.
        /// </summary>
        [DllImport(Library, CallingConvention = Cdecl, CharSet = CharSet.Unicode, ExactSpelling = true)]
        public static extern int tillbook_acknowledge(
            IntPtr till,
            long notice_no,
            IntPtr who,
            UIntPtr who_size,
            IntPtr note,
            UIntPtr note_size,
            out IntPtr err);

        /// <summary>
        /// Everything that waits for a person, oldest first. Any thread; free the list with tillbook_waiting_free.
        /// Errors: NULL_ARGUMENT, STORAGE, POISONED, CLOSED, BAD_HANDLE.
        /// </summary>
        [DllImport(Library, CallingConvention = Cdecl, CharSet = CharSet.Unicode, ExactSpelling = true)]
        public static extern int tillbook_waiting_of(IntPtr till, ref IntPtr list, out IntPtr err);

        /// <summary>The next operation, or DONE. Errors: NULL_ARGUMENT, BAD_STRUCT, BAD_HANDLE.</summary>
        [DllImport(Library, CallingConvention = Cdecl, CharSet = CharSet.Unicode, ExactSpelling = true)]
        public static extern int tillbook_waiting_next(IntPtr list, ref tillbook_waiting_operation row, out IntPtr err);

        /// <summary>Frees the list and its strings. NULL is fine. Errors: BAD_HANDLE.</summary>
        [DllImport(Library, CallingConvention = Cdecl, CharSet = CharSet.Unicode, ExactSpelling = true)]
        public static extern int tillbook_waiting_free(IntPtr list);

        /// <summary>
        /// Records a person's decision about an operation that waits, and carries it out.
        /// TILLBOOK_RESOLUTION_WAS_APPLIED takes the card off the exception list if it stood there for this operation.
        /// Any thread. Errors: NOT_FOUND; WRONG_STATE if it does not wait or the decision is not possible;
        /// INVALID_INPUT, BAD_STRUCT, BAD_TEXT, DISK_FULL, NULL_ARGUMENT, STORAGE, POISONED, CLOSED, BAD_HANDLE.
        /// </summary>
        [DllImport(Library, CallingConvention = Cdecl, CharSet = CharSet.Unicode, ExactSpelling = true)]
        public static extern int tillbook_resolve(
            IntPtr till,
            ref tillbook_resolve_request request,
            ref tillbook_receipt receipt,
            out IntPtr err);

        /// <summary>
        /// Puts a card on this till's exception list with a reason, or takes it off (<c>why</c> NULL). Any thread.
        /// Errors: NOT_FOUND, INVALID_INPUT, BAD_TEXT, NULL_ARGUMENT, STORAGE, POISONED, CLOSED, BAD_HANDLE.
        /// </summary>
        [DllImport(Library, CallingConvention = Cdecl, CharSet = CharSet.Unicode, ExactSpelling = true)]
        public static extern int tillbook_set_exception(
            IntPtr till,
            IntPtr card,
            UIntPtr card_size,
            IntPtr why,
            UIntPtr why_size,
            out IntPtr err);

        /// <summary>
        /// How an operation stands: ask by the op_id that the call was made with, after a crash, a time-out or an <c>in
        /// doubt</c>. At once, from the book. Any thread. Errors: NOT_FOUND, INVALID_INPUT, NULL_ARGUMENT, BAD_STRUCT,
        /// BAD_TEXT, STORAGE, POISONED, CLOSED, BAD_HANDLE.
        /// </summary>
        [DllImport(Library, CallingConvention = Cdecl, CharSet = CharSet.Unicode, ExactSpelling = true)]
        public static extern int tillbook_operation(
            IntPtr till,
            IntPtr op_id,
            UIntPtr op_id_size,
            ref tillbook_receipt receipt,
            out IntPtr err);

        /// <summary>
        /// Cancels an operation that has not reached the remote: nothing goes on the wire. Any thread. Errors:
        /// NOT_FOUND; WRONG_STATE once it may have reached the remote; DISK_FULL and as tillbook_operation.
        /// </summary>
        [DllImport(Library, CallingConvention = Cdecl, CharSet = CharSet.Unicode, ExactSpelling = true)]
        public static extern int tillbook_void(
            IntPtr till,
            IntPtr op_id,
            UIntPtr op_id_size,
            ref tillbook_receipt receipt,
            out IntPtr err);

        /// <summary>
        /// Everything about an operation that is text, whole: "refusal", "remote_message", "waits_for", "remote_id",
        /// "reference", "coupon", and each figure as the remote wrote it under "as_received.&lt;name&gt;". What is not
        /// there is left out. Any thread; free the list with tillbook_details_free. Errors: as tillbook_operation.
        /// </summary>
        [DllImport(Library, CallingConvention = Cdecl, CharSet = CharSet.Unicode, ExactSpelling = true)]
        public static extern int tillbook_operation_details(
            IntPtr till,
            IntPtr op_id,
            UIntPtr op_id_size,
            ref IntPtr details,
            out IntPtr err);

        /// <summary>The next detail, or DONE. Errors: NULL_ARGUMENT, BAD_STRUCT, BAD_HANDLE.</summary>
        [DllImport(Library, CallingConvention = Cdecl, CharSet = CharSet.Unicode, ExactSpelling = true)]
        public static extern int tillbook_details_next(IntPtr details, ref tillbook_detail detail, out IntPtr err);

        /// <summary>Frees the list and its strings. NULL is fine. Errors: BAD_HANDLE.</summary>
        [DllImport(Library, CallingConvention = Cdecl, CharSet = CharSet.Unicode, ExactSpelling = true)]
        public static extern int tillbook_details_free(IntPtr details);

        /// <summary>
        /// Drives the queue on this thread until nothing is due or <c>budget_ms</c> milliseconds are over, and tells
        /// how it stands. For a host with a loop of its own: call it again at <c>next_due</c>, or every few seconds. A
        /// request that has begun is carried through, so a call may take longer by one request's time-out.
        /// <c>status</c> may be NULL. Any thread. Errors: DISK_FULL, STORAGE, POISONED, CLOSED, BAD_HANDLE, BAD_STRUCT.
        /// </summary>
        [DllImport(Library, CallingConvention = Cdecl, CharSet = CharSet.Unicode, ExactSpelling = true)]
        public static extern int tillbook_sync(
            IntPtr till,
            uint budget_ms,
            ref tillbook_sync_status status,
            out IntPtr err);

        /// <summary>
        /// How the queue stands. Any thread. Errors: NULL_ARGUMENT, BAD_STRUCT, STORAGE, POISONED, CLOSED, BAD_HANDLE.
        /// </summary>
        [DllImport(Library, CallingConvention = Cdecl, CharSet = CharSet.Unicode, ExactSpelling = true)]
        public static extern int tillbook_sync_state(IntPtr till, ref tillbook_sync_status status, out IntPtr err);

        /// <summary>
        /// How each remote fares. Any thread; free the list with tillbook_remotes_free. Errors: as tillbook_sync_state.
        /// </summary>
        [DllImport(Library, CallingConvention = Cdecl, CharSet = CharSet.Unicode, ExactSpelling = true)]
        public static extern int tillbook_remotes_of(IntPtr till, ref IntPtr remotes, out IntPtr err);

        /// <summary>The next remote, or DONE. Errors: NULL_ARGUMENT, BAD_STRUCT, BAD_HANDLE.</summary>
        [DllImport(Library, CallingConvention = Cdecl, CharSet = CharSet.Unicode, ExactSpelling = true)]
        public static extern int tillbook_remotes_next(IntPtr remotes, ref tillbook_remote remote, out IntPtr err);

        /// <summary>Frees the list and its strings. NULL is fine. Errors: BAD_HANDLE.</summary>
        [DllImport(Library, CallingConvention = Cdecl, CharSet = CharSet.Unicode, ExactSpelling = true)]
        public static extern int tillbook_remotes_free(IntPtr remotes);

        /// <summary>
        /// Waits until the queue may stand otherwise than when <c>seen</c> was returned, at most <c>timeout_ms</c>
        /// milliseconds; <c>now</c> is the number to come back with. Begin with 0. The polling twin of
        /// tillbook_on_status. Any thread. Errors: NULL_ARGUMENT, POISONED, CLOSED, BAD_HANDLE.
        /// </summary>
        [DllImport(Library, CallingConvention = Cdecl, CharSet = CharSet.Unicode, ExactSpelling = true)]
        public static extern int tillbook_wait_for_change(
            IntPtr till,
            ulong seen,
            uint timeout_ms,
            ref ulong now,
            out IntPtr err);

        /// <summary>
        /// Gives the till a token for a remote ("gree", "yonyou"), which it uses from now on until the remote refuses
        /// it. For tills that were opened with host_tokens. It is kept in memory only. Any thread. Errors: UNSUPPORTED
        /// without host_tokens; INVALID_INPUT, BAD_TEXT, NULL_ARGUMENT, CLOSED, BAD_HANDLE.
        /// </summary>
        [DllImport(Library, CallingConvention = Cdecl, CharSet = CharSet.Unicode, ExactSpelling = true)]
        public static extern int tillbook_give_token(
            IntPtr till,
            IntPtr provider,
            UIntPtr provider_size,
            IntPtr token,
            UIntPtr token_size,
            out IntPtr err);

        /// <summary>
        /// Whether the till waits for a token from the host: OK with the remote's name, or DONE where none is wanted.
        /// The polling twin of tillbook_on_token_wanted. Any thread. Errors: UNSUPPORTED without host_tokens;
        /// BAD_STRUCT, NULL_ARGUMENT, BAD_HANDLE.
        /// </summary>
        [DllImport(Library, CallingConvention = Cdecl, CharSet = CharSet.Unicode, ExactSpelling = true)]
        public static extern int tillbook_next_token_wanted(
            IntPtr till,
            ref tillbook_token_wanted wanted,
            out IntPtr err);

        /// <summary>
        /// Sets the answer's status, 100 to 999. For use inside <c>send</c>, on its thread. Errors: INVALID_INPUT,
        /// BAD_HANDLE.
        /// </summary>
        [DllImport(Library, CallingConvention = Cdecl, CharSet = CharSet.Unicode, ExactSpelling = true)]
        public static extern int tillbook_http_response_status(IntPtr response, int http_status, out IntPtr err);

        /// <summary>
        /// Adds a header field to the answer. Those that the till looks at are Date and Retry-After. For use inside
        /// <c>send</c>, on its thread. Errors: BAD_TEXT, INVALID_INPUT, NULL_ARGUMENT, BAD_HANDLE.
        /// </summary>
        [DllImport(Library, CallingConvention = Cdecl, CharSet = CharSet.Unicode, ExactSpelling = true)]
        public static extern int tillbook_http_response_header(
            IntPtr response,
            IntPtr name,
            UIntPtr name_size,
            IntPtr value,
            UIntPtr value_size,
            out IntPtr err);

        /// <summary>
        /// Adds bytes to the answer's body. For use inside <c>send</c>, on its thread. Errors: INVALID_INPUT where the
        /// body becomes larger than the request's max_response_bytes: the exchange counts as TILLBOOK_MAYBE_SENT then;
        /// NULL_ARGUMENT, BAD_HANDLE.
        /// </summary>
        [DllImport(Library, CallingConvention = Cdecl, CharSet = CharSet.Unicode, ExactSpelling = true)]
        public static extern int tillbook_http_response_body(
            IntPtr response,
            IntPtr bytes,
            UIntPtr bytes_size,
            out IntPtr err);

        /// <summary>
        /// Calls <c>callback</c> whenever the queue stands otherwise, at first at once, on the till's own thread
        /// "tillbook-watch", one call at a time. Quick changes are told together. It may call the till, remove its
        /// listener, close and free the till. <c>destroy</c> (may be NULL) is called within a second after it was
        /// removed or the till was closed, when no call is running; also where this function fails. Polling twin:
        /// tillbook_wait_for_change with tillbook_sync_state. Any thread. Errors: NULL_ARGUMENT, CLOSED, STORAGE (no
        /// thread), BAD_HANDLE.
        /// </summary>
        [DllImport(Library, CallingConvention = Cdecl, CharSet = CharSet.Unicode, ExactSpelling = true)]
        public static extern int tillbook_on_status(
            IntPtr till,
            IntPtr callback,
            IntPtr user,
            IntPtr destroy,
            ref IntPtr listener,
            out IntPtr err);

        /// <summary>
        /// Calls <c>callback</c> for each notification that comes from now on. Otherwise as tillbook_on_status; polling
        /// twin: tillbook_notices. Errors: as tillbook_on_status.
        /// </summary>
        [DllImport(Library, CallingConvention = Cdecl, CharSet = CharSet.Unicode, ExactSpelling = true)]
        public static extern int tillbook_on_notice(
            IntPtr till,
            IntPtr callback,
            IntPtr user,
            IntPtr destroy,
            ref IntPtr listener,
            out IntPtr err);

        /// <summary>
        /// Calls <c>callback</c> when a token is wanted from the host, once for each. Otherwise as tillbook_on_status;
        /// polling twin: tillbook_next_token_wanted. Errors: as tillbook_on_status; UNSUPPORTED without host_tokens.
        /// </summary>
        [DllImport(Library, CallingConvention = Cdecl, CharSet = CharSet.Unicode, ExactSpelling = true)]
        public static extern int tillbook_on_token_wanted(
            IntPtr till,
            IntPtr callback,
            IntPtr user,
            IntPtr destroy,
            ref IntPtr listener,
            out IntPtr err);

        /// <summary>
        /// Removes a callback and frees its handle: no further call begins. One that is running ends undisturbed, and
        /// <c>destroy</c> is called after it. NULL is fine. Any thread, inside the callback as well. Errors:
        /// BAD_HANDLE, for one that was removed before.
        /// </summary>
        [DllImport(Library, CallingConvention = Cdecl, CharSet = CharSet.Unicode, ExactSpelling = true)]
        public static extern int tillbook_listener_remove(IntPtr listener);
    }

    // ---- End of what `generate` makes ----
