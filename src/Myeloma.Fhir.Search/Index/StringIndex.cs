using Myeloma.Fhir.FhirPath;
using Myeloma.Fhir.Search.Parameters;

namespace Myeloma.Fhir.Search.Index;

/// <summary>Strings, and each piece of a HumanName or Address. https://hl7.org/fhir/R4/search.html#string</summary>
internal static class StringIndex
{
    private static readonly string[] NameParts = ["text", "family", "given", "prefix", "suffix"];
    private static readonly string[] AddressParts = ["text", "line", "city", "district", "state", "postalCode", "country"];

    public static void Add(SearchParameter parameter, Item value, RowBuilder rows)
    {
        if (!value.IsElement || value.Element.IsPrimitive)
        {
            rows.String(parameter.Id, value.Text);
            return;
        }

        var parts = value.Element.Type.Name switch
        {
            "HumanName" => NameParts,
            "Address" => AddressParts,
            "CodeableConcept" => ["text"],
            "Coding" => ["display"],
            "ContactPoint" or "Identifier" => ["value"],
            "Reference" => ["display"],
            _ => (string[])[],
        };
        foreach (var part in parts)
            foreach (var piece in value.Element.Children(part))
                rows.String(parameter.Id, piece.Text);
    }
}
