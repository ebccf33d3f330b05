using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Search.Parameters;

namespace Myeloma.Fhir.Search.Index;

/// <summary>From a resource to the rows it is found by. https://hl7.org/fhir/R4/search.html#ptypes</summary>
public static class IndexExtraction
{
    /// <param name="baseUrl">The server's own: absolute references below it are kept as local ones. Null: only relative references are local.</param>
    /// <returns>Rows for every parameter of the resource's type that has rows. A parameter that can't be evaluated gives none, and a warning.</returns>
    /// <remarks>Shared by threads; expressions are compiled when the first resource of a type comes.</remarks>
    public static IndexRows Extract(ResourceDocument document, SearchParameterRegistry registry, string? baseUrl = null)
    {
        var rows = new RowBuilder(registry.Schema, baseUrl);
        registry.PlanOf(document.ResourceType)?.Run(document.Root, rows);
        return rows.Rows;
    }
}
