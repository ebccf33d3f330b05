namespace Myeloma.Fhir.Store.Writing;

/// <summary>The index rows of several versions, by table.</summary>
/// <param name="schema">Where the tables are, with a dot after it; empty: by the search path.</param>
internal sealed class IndexBatch(string schema = "")
{
    private readonly List<(long Hash, long Rid)> postings = [];
    private readonly Column<long> tokenHash = Columns.BigInteger("hash");
    private readonly Column<long> tokenRid = Columns.Rid();

    private readonly List<(long Hash, long Rid, int Item)> itemPostings = [];
    private readonly Column<long> itemTokenHash = Columns.BigInteger("hash");
    private readonly Column<long> itemTokenRid = Columns.Rid();
    private readonly Column<int> itemTokenItem = Columns.Integer("item");

    private readonly Column<long> textRid = Columns.Rid();
    private readonly WordColumn textNarrative = new("narrative");
    private readonly WordColumn textContent = new("content");

    private readonly Column<long> codeRid = Columns.Rid();
    private readonly Column<int> codeParameter = Columns.Parameter();
    private readonly Column<string?> codeLow = Columns.Text("low");
    private readonly Column<string?> codeHigh = Columns.Text("high");

    private readonly Column<long> stringRid = Columns.Rid();
    private readonly Column<int> stringParameter = Columns.Parameter();
    private readonly Column<string?> stringPrefix = Columns.Text("prefix");
    private readonly Column<string?> stringFolded = Columns.Text("folded");
    private readonly Column<string?> stringExact = Columns.Text("exact");
    private readonly Column<int?> stringItem = Columns.Item();

    private readonly Column<long> referenceRid = Columns.Rid();
    private readonly Column<int> referenceParameter = Columns.Parameter();
    private readonly Column<string?> referenceType = Columns.Text("target_type");
    private readonly Column<string?> referenceId = Columns.Text("target_id");
    private readonly Column<string?> referenceUrl = Columns.Text("url");
    private readonly Column<long?> referenceUrlHash = Columns.OptionalBigInteger("url_hash");
    private readonly Column<string?> referenceVersion = Columns.Text("version");
    private readonly Column<int?> referenceItem = Columns.Item();

    private readonly Column<long> uriRid = Columns.Rid();
    private readonly Column<int> uriParameter = Columns.Parameter();
    private readonly Column<string?> uriPrefix = Columns.Text("prefix");
    private readonly Column<string?> uriValue = Columns.Text("value");
    private readonly Column<long> uriHash = Columns.BigInteger("value_hash");
    private readonly Column<int?> uriItem = Columns.Item();

    private readonly Column<long> dateRid = Columns.Rid();
    private readonly Column<int> dateParameter = Columns.Parameter();
    private readonly Column<DateTimeOffset> dateLow = Columns.Instant("low");
    private readonly Column<DateTimeOffset> dateHigh = Columns.Instant("high");
    private readonly Column<int?> dateItem = Columns.Item();

    private readonly Column<long> numberRid = Columns.Rid();
    private readonly Column<int> numberParameter = Columns.Parameter();
    private readonly Column<decimal> numberLow = Columns.Number("low");
    private readonly Column<decimal> numberHigh = Columns.Number("high");
    private readonly Column<int?> numberItem = Columns.Item();

    private readonly Column<long> quantityRid = Columns.Rid();
    private readonly Column<int> quantityParameter = Columns.Parameter();
    private readonly Column<string?> quantitySystem = Columns.Text("system");
    private readonly Column<string?> quantityCode = Columns.Text("code");
    private readonly Column<long?> quantityCodeHash = Columns.OptionalBigInteger("code_hash");
    private readonly Column<decimal> quantityLow = Columns.Number("low");
    private readonly Column<decimal> quantityHigh = Columns.Number("high");
    private readonly Column<int?> quantityItem = Columns.Item();

    public void Add(long rid, IndexEntries entries)
    {
        foreach (var hash in entries.Postings) postings.Add((hash, rid));
        foreach (var (hash, item) in entries.ItemPostings) itemPostings.Add((hash, rid, item));
        if (entries.FullText is { } text)
        {
            textRid.Add(rid);
            textNarrative.Add(text.Narrative);
            textContent.Add(text.Content);
        }

        foreach (var (parameter, (low, high)) in entries.Codes) AddCode(rid, parameter, low, high);
        foreach (var entry in entries.Strings) AddString(rid, entry);
        foreach (var entry in entries.References) AddReference(rid, entry);
        foreach (var entry in entries.Uris) AddUri(rid, entry);
        foreach (var entry in entries.Dates) AddDate(rid, entry);
        foreach (var entry in entries.Numbers) AddNumber(rid, entry);
        foreach (var entry in entries.Quantities) AddQuantity(rid, entry);
    }

    /// <summary>The tables that get rows. Call once, after the last <see cref="Add"/>.</summary>
    public IEnumerable<RowBatch> Tables()
    {
        // In the order of the key neighbouring rows go to the same pages.
        postings.Sort();
        foreach (var (hash, rid) in postings)
        {
            tokenHash.Add(hash);
            tokenRid.Add(rid);
        }

        itemPostings.Sort();
        foreach (var (hash, rid, item) in itemPostings)
        {
            itemTokenHash.Add(hash);
            itemTokenRid.Add(rid);
            itemTokenItem.Add(item);
        }

        RowBatch[] tables =
        [
            new($"{schema}index_token", tokenHash, tokenRid),
            new($"{schema}index_token_item", itemTokenHash, itemTokenRid, itemTokenItem),
            new($"{schema}index_text", textRid, textNarrative, textContent),
            new($"{schema}index_code", codeRid, codeParameter, codeLow, codeHigh),
            new($"{schema}index_string", stringRid, stringParameter, stringPrefix, stringFolded, stringExact, stringItem),
            new($"{schema}index_reference", referenceRid, referenceParameter, referenceType, referenceId, referenceUrl, referenceUrlHash, referenceVersion, referenceItem),
            new($"{schema}index_uri", uriRid, uriParameter, uriPrefix, uriValue, uriHash, uriItem),
            new($"{schema}index_date", dateRid, dateParameter, dateLow, dateHigh, dateItem),
            new($"{schema}index_number", numberRid, numberParameter, numberLow, numberHigh, numberItem),
            new($"{schema}index_quantity", quantityRid, quantityParameter, quantitySystem, quantityCode, quantityCodeHash, quantityLow, quantityHigh, quantityItem),
        ];
        return tables.Where(table => table.Count > 0);
    }

    private void AddCode(long rid, int parameter, string low, string high)
    {
        codeRid.Add(rid);
        codeParameter.Add(parameter);
        codeLow.Add(low);
        codeHigh.Add(high);
    }

    private void AddString(long rid, IndexEntries.StringEntry entry)
    {
        stringRid.Add(rid);
        stringParameter.Add(entry.ParameterId);
        stringPrefix.Add(entry.Prefix);
        stringFolded.Add(entry.Folded);
        stringExact.Add(entry.Exact);
        stringItem.Add(entry.Item);
    }

    private void AddReference(long rid, IndexEntries.ReferenceEntry entry)
    {
        referenceRid.Add(rid);
        referenceParameter.Add(entry.ParameterId);
        referenceType.Add(entry.TargetType);
        referenceId.Add(entry.TargetId);
        referenceUrl.Add(entry.Url);
        referenceUrlHash.Add(entry.UrlHash);
        referenceVersion.Add(entry.Version);
        referenceItem.Add(entry.Item);
    }

    private void AddUri(long rid, IndexEntries.UriEntry entry)
    {
        uriRid.Add(rid);
        uriParameter.Add(entry.ParameterId);
        uriPrefix.Add(entry.Prefix);
        uriValue.Add(entry.Value);
        uriHash.Add(entry.ValueHash);
        uriItem.Add(entry.Item);
    }

    private void AddDate(long rid, IndexEntries.DateEntry entry)
    {
        dateRid.Add(rid);
        dateParameter.Add(entry.ParameterId);
        dateLow.Add(entry.Low);
        dateHigh.Add(entry.High);
        dateItem.Add(entry.Item);
    }

    private void AddNumber(long rid, IndexEntries.NumberEntry entry)
    {
        numberRid.Add(rid);
        numberParameter.Add(entry.ParameterId);
        numberLow.Add(entry.Low);
        numberHigh.Add(entry.High);
        numberItem.Add(entry.Item);
    }

    private void AddQuantity(long rid, IndexEntries.QuantityEntry entry)
    {
        quantityRid.Add(rid);
        quantityParameter.Add(entry.ParameterId);
        quantitySystem.Add(entry.System);
        quantityCode.Add(entry.Code);
        quantityCodeHash.Add(entry.CodeHash);
        quantityLow.Add(entry.Low);
        quantityHigh.Add(entry.High);
        quantityItem.Add(entry.Item);
    }
}
