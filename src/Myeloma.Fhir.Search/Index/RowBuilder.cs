using Myeloma.Fhir.FhirPath;
using Myeloma.Fhir.Model.Schema;
using Myeloma.Fhir.Search.Parameters;

namespace Myeloma.Fhir.Search.Index;

/// <summary>Gathers the rows of one resource, each once.</summary>
internal sealed class RowBuilder(R4Schema schema, string? baseUrl)
{
    private int tokens, strings, references, uris, dates, numbers, quantities;

    /// <summary>The element of a composite parameter that is being read; null outside of one.</summary>
    private int? item;

    public IndexRows Rows { get; } = new();

    public R4Schema Schema => schema;

    public string? BaseUrl => baseUrl;

    public void Add(SearchParameter parameter, Collection values)
    {
        AddValues(parameter, values);
        Rows.Present.Add(parameter.Id);
    }

    /// <param name="at">The number of the element that the values were read in.</param>
    public void AddComponent(SearchParameter component, Collection values, int at)
    {
        item = at;
        AddValues(component, values);
        item = null;
    }

    public void Token(int parameterId, string? system, string? code)
    {
        system = string.IsNullOrEmpty(system) ? null : system;
        if (parameterId == 0 || (system is null && string.IsNullOrEmpty(code))) return;
        Once(Rows.Tokens, tokens, new TokenRow(parameterId, system, code ?? "", item));
    }

    public void TypedIdentifier(int parameterId, string? typeSystem, string? typeCode, string? value)
    {
        if (item is null && !string.IsNullOrEmpty(typeCode) && !string.IsNullOrEmpty(value))
            Rows.TypedIdentifiers.Add(new TypedIdentifierRow(parameterId, string.IsNullOrEmpty(typeSystem) ? null : typeSystem, typeCode, value));
    }

    public void String(int parameterId, string? text)
    {
        if (parameterId == 0 || string.IsNullOrWhiteSpace(text)) return;
        var folded = StringFolding.Fold(text);
        if (folded.Length > 0) Once(Rows.Strings, strings, new StringRow(parameterId, folded, StringFolding.Cut(text), item));
    }

    public void FullText(IReadOnlyList<WordAt> narrative, IReadOnlyList<WordAt> content) => Rows.FullText = new FullTextRow(narrative, content);

    public void Reference(ReferenceRow row) => Once(Rows.References, references, row with { Item = item });

    public void LocalReference(int parameterId, string fragment) => Rows.LocalReferences.Add(new LocalReferenceRow(parameterId, fragment, item));

    public void Uri(int parameterId, string value) => Once(Rows.Uris, uris, new UriRow(parameterId, value, item));

    public void Date(int parameterId, DateTimeOffset low, DateTimeOffset high)
    {
        if (low < high) Once(Rows.Dates, dates, new DateRow(parameterId, low, high, item));
    }

    public void Number(int parameterId, decimal low, decimal high) => Once(Rows.Numbers, numbers, new NumberRow(parameterId, low, high, item));

    public void Quantity(QuantityRow row) => Once(Rows.Quantities, quantities, row with { Item = item });

    private void AddValues(SearchParameter parameter, Collection values)
    {
        (tokens, strings, references, uris) = (Rows.Tokens.Count, Rows.Strings.Count, Rows.References.Count, Rows.Uris.Count);
        (dates, numbers, quantities) = (Rows.Dates.Count, Rows.Numbers.Count, Rows.Quantities.Count);
        foreach (var value in values)
        {
            switch (parameter.Type)
            {
                case SearchParameterType.Token: TokenIndex.Add(parameter, value, this); break;
                case SearchParameterType.String: StringIndex.Add(parameter, value, this); break;
                case SearchParameterType.Reference: ReferenceIndex.Add(parameter, value, this); break;
                case SearchParameterType.Uri: UriIndex.Add(parameter, value, this); break;
                case SearchParameterType.Date: DateIndex.Add(parameter, value, this); break;
                case SearchParameterType.Number: NumberIndex.Add(parameter, value, this); break;
                case SearchParameterType.Special: PositionIndex.Add(parameter, value, this); break;
                case SearchParameterType.Quantity: QuantityIndex.Add(parameter, value, this); break;
            }
        }
    }

    /// <summary>A parameter has few values, so that looking through them costs less than a set; long lists (the codes of a code system) are left to the store's set.</summary>
    private static void Once<T>(List<T> rows, int start, T row)
    {
        const int FewEnough = 256;
        if (rows.Count - start <= FewEnough && rows.IndexOf(row, start) >= 0) return;
        rows.Add(row);
    }
}
