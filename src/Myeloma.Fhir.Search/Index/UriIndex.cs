using Myeloma.Fhir.FhirPath;
using Myeloma.Fhir.Search.Parameters;

namespace Myeloma.Fhir.Search.Index;

/// <summary>Uris as written; a canonical with a version also without it. https://hl7.org/fhir/R4/search.html#uri</summary>
internal static class UriIndex
{
    public static void Add(SearchParameter parameter, Item value, RowBuilder rows)
    {
        if (value.Text is not { Length: > 0 } text) return;
        rows.Uri(parameter.Id, text);
        var bar = text.LastIndexOf('|');
        if (bar > 0 && value.IsElement && value.Element.Type.Name == "canonical") rows.Uri(parameter.Id, text[..bar]);
    }
}
