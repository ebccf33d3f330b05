using Myeloma.Fhir.FhirPath;
using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Search.Parameters;

namespace Myeloma.Fhir.Search.Index;

/// <summary>References, canonicals and uris that name resources. https://hl7.org/fhir/R4/search.html#reference</summary>
/// <remarks>References to contained resources (<c>#id</c>) lead nowhere outside their resource: they are rows of their own.</remarks>
internal static class ReferenceIndex
{
    public static void Add(SearchParameter parameter, Item value, RowBuilder rows)
    {
        if (!value.IsElement) return;
        var element = value.Element;
        switch (element.Type.Name)
        {
            case "Reference":
                if (element.TextOf("reference") is { } text) AddLiteral(parameter.Id, text, rows);
                if (element.Child("identifier") is { } identifier) TokenIndex.AddIdentifierValue(parameter.IdentifierId, identifier, rows);
                break;
            case "canonical" or "uri" or "url" or "oid" or "uuid":
                if (element.Text is { } url) AddCanonical(parameter.Id, url, rows);
                break;
            case "CodeableReference" or "Attachment":
                if (element.TextOf("url") is { } address) AddLiteral(parameter.Id, address, rows);
                break;
            default:
                AddFirstReference(parameter, element, rows);
                break;
        }
    }

    private static void AddLiteral(int parameterId, string text, RowBuilder rows)
    {
        if (text.Length > 1 && text[0] == '#') rows.LocalReference(parameterId, text);
        if (text.Length == 0 || text[0] == '#') return;
        var target = ReferenceText.Parse(text, rows.BaseUrl, rows.Schema);
        if (target.Type is not null) rows.Reference(new ReferenceRow(parameterId, target.Type, target.Id, null, target.Version));
        else if (target.Url is not null) AddUrl(parameterId, text, rows);
    }

    private static void AddCanonical(int parameterId, string text, RowBuilder rows)
    {
        if (text.Length > 1 && text[0] == '#') rows.LocalReference(parameterId, text);
        if (text.Length == 0 || text[0] == '#') return;
        var target = ReferenceText.Parse(text, null, rows.Schema);
        if (target.Type is not null) rows.Reference(new ReferenceRow(parameterId, target.Type, target.Id, null, target.Version));
        else AddUrl(parameterId, text, rows);
    }

    private static void AddUrl(int parameterId, string text, RowBuilder rows)
    {
        var fragment = text.IndexOf('#', StringComparison.Ordinal);
        if (fragment > 0) text = text[..fragment];
        var bar = text.IndexOf('|', StringComparison.Ordinal);
        var version = bar > 0 && bar + 1 < text.Length ? text[(bar + 1)..] : null;
        if (bar > 0) text = text[..bar];
        rows.Reference(new ReferenceRow(parameterId, null, null, text, version));
    }

    /// <summary>Backbone elements that an expression of R4 ends at by oversight hold their reference one level below.</summary>
    private static void AddFirstReference(SearchParameter parameter, Element element, RowBuilder rows)
    {
        if (element.IsPrimitive || element.IsResource) return;
        foreach (var child in element.Children())
            if (child.Type.Name == "Reference") Add(parameter, child, rows);
    }
}
