using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Model.Issues;
using Myeloma.Fhir.Model.Json;
using Myeloma.Fhir.Search.Parameters;

namespace Myeloma.Fhir.Interactions.Requests;

/// <summary>The way in for every resource that is to be stored: parsed within the limits and checked against the schema.</summary>
public sealed class ResourceIntake(ParseLimits limits)
{
    /// <summary>Reads a body that has to be a resource of one type.</summary>
    /// <exception cref="FhirException">All faults of the body together: <c>structure</c>, <c>required</c>, <c>value</c>, <c>code-invalid</c>, <c>too-long</c>; <c>invalid</c> for another type.</exception>
    public ResourceDocument Read(ReadOnlyMemory<byte> body, string resourceType)
    {
        var document = Read(body);
        if (document.ResourceType != resourceType)
            throw new FhirException(Issue.Invalid($"The body is of type {document.ResourceType}, the URL names {resourceType}; they have to be the same type.", document.ResourceType));
        return document;
    }

    /// <summary>Reads a body of any resource type.</summary>
    /// <exception cref="FhirException">All faults of the body together, as above.</exception>
    public ResourceDocument Read(ReadOnlyMemory<byte> body)
    {
        var document = Parse(body);
        var errors = Errors(document);
        return errors.Count == 0 ? document : throw new FhirException(errors);
    }

    /// <summary>Parses without looking at the schema's rules.</summary>
    /// <exception cref="FhirException"><c>structure</c>, <c>too-long</c>.</exception>
    public ResourceDocument Parse(ReadOnlyMemory<byte> body)
    {
        if (body.Length == 0) throw new FhirException(Issue.Structure("The request has no body; a resource was expected."));
        return ResourceDocument.Parse(body, limits: limits);
    }

    /// <summary>The faults of a parsed resource that keep it from being stored, in the order of the document.</summary>
    public static List<Issue> Errors(ResourceDocument document)
    {
        var errors = new List<Issue>();
        foreach (var issue in StructuralCheck.Check(document))
            if (issue.Severity is IssueSeverity.Error or IssueSeverity.Fatal) errors.Add(issue);
        if (errors.Count == 0) errors.AddRange(Unusable(document));
        return errors;
    }

    /// <summary>A SearchParameter that can't work is its author's to know at once, not the searcher's later.</summary>
    /// <remarks>One that is only not offered (composite, without an expression, a code like <c>_id</c> of the base specification) may be kept.</remarks>
    private static IReadOnlyList<Issue> Unusable(ResourceDocument document)
    {
        if (document.ResourceType != "SearchParameter" || document.Root.TextOf("code") is not { } code || code.StartsWith('_')) return [];
        try
        {
            CustomSearchParameter.Read(document);
            return [];
        }
        catch (FhirException fault)
        {
            return [.. fault.Issues.Where(issue => issue.Type == IssueType.Value)];
        }
    }

    /// <summary>Checks that the body's id is the one of the URL. https://hl7.org/fhir/R4/http.html#update</summary>
    /// <exception cref="FhirException"><c>required</c>: no id; <c>invalid</c>: another one.</exception>
    public static void CheckId(ResourceDocument document, string id)
    {
        var own = document.Id;
        if (own is null)
            throw new FhirException(Issue.Required($"An update carries the id in the body: '{id}' was expected.", $"{document.ResourceType}.id"));
        if (own != id)
            throw new FhirException(Issue.Invalid($"The body has the id '{own}', the URL '{id}'; they have to be the same.", $"{document.ResourceType}.id"));
    }
}
