using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Model.Issues;
using Myeloma.Fhir.Search.Criteria;

namespace Myeloma.Fhir.Interactions.Responses;

/// <summary>A part of a resource that was asked for instead of the whole: <c>_summary</c> or <c>_elements</c>.</summary>
/// <remarks>https://hl7.org/fhir/R4/search.html#summary. What is cut carries the tag SUBSETTED.</remarks>
public sealed class ResourceView
{
    private readonly SummaryMode summary;
    private readonly IReadOnlyList<string>? elements;

    private ResourceView(SummaryMode summary, IReadOnlyList<string>? elements)
    {
        this.summary = summary;
        this.elements = elements;
    }

    /// <summary>The view a search asks for.</summary>
    /// <returns>Null for whole resources.</returns>
    public static ResourceView? Of(BoundSearch search) =>
        search.Elements is null && search.Summary == SummaryMode.False ? null : new ResourceView(search.Summary, search.Elements);

    /// <summary>The view that the parameters of a read ask for.</summary>
    /// <param name="isStrict">Whether parameters that a read does not know are refused instead of passed over.</param>
    /// <returns>Null for the whole resource.</returns>
    /// <exception cref="FhirException"><c>invalid</c>: an unknown summary, an unknown parameter under strict handling; <c>not-supported</c>: count, which only a search has.</exception>
    public static ResourceView? Parse(IReadOnlyList<KeyValuePair<string, string>> parameters, bool isStrict)
    {
        var summary = SummaryMode.False;
        List<string>? elements = null;
        foreach (var (name, value) in parameters)
        {
            if (name == "_summary") summary = SummaryOf(value);
            else if (name == "_elements")
                (elements ??= []).AddRange(value.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));
            else if (isStrict) throw new FhirException(Issue.Invalid($"The parameter '{name}' is not known for reads; _summary and _elements are.", $"http.{name}"));
        }

        return elements is not { Count: > 0 } && summary == SummaryMode.False ? null : new ResourceView(summary, elements);
    }

    /// <returns>The part, as UTF-8 JSON.</returns>
    public ReadOnlySpan<byte> Apply(ReadOnlyMemory<byte> json)
    {
        var document = ResourceDocument.Parse(json);
        if (elements is not null) return ElementsView.Apply(document, elements);
        return summary switch
        {
            SummaryMode.True => SummaryView.Summary(document),
            SummaryMode.Text => SummaryView.TextOnly(document),
            SummaryMode.Data => SummaryView.DataOnly(document),
            _ => json.Span,
        };
    }

    private static SummaryMode SummaryOf(string text) => text switch
    {
        "true" => SummaryMode.True,
        "text" => SummaryMode.Text,
        "data" => SummaryMode.Data,
        "false" => SummaryMode.False,
        "count" => throw new FhirException(Issue.NotSupported("_summary=count goes with searches; a read gives one resource.")),
        _ => throw new FhirException(Issue.Invalid($"_summary is true, text, data or false, not '{text}'.")),
    };
}
