using System.Text.RegularExpressions;
using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Model.Issues;
using Myeloma.Fhir.Validation.Base;

namespace Myeloma.Fhir.Validation.Bundles;

/// <summary>What a bundle asks beyond its invariants. https://hl7.org/fhir/R4/bundle.html</summary>
internal static partial class BundleCheck
{
    public static void Check(Element bundle, BundleIndex index, IssueList issues)
    {
        var type = bundle.TextOf("type");
        var first = true;
        foreach (var entry in bundle.Children("entry"))
        {
            FullUrl(entry, type, issues);
            if (type is "transaction" or "batch") Request(entry, issues);
            if (first && type is "document" or "message" && entry.Child("fullUrl") is null)
                issues.Error(IssueType.Required, "bundle-full-url", entry, $"The first entry of a {type} has a fullUrl.");
            first = false;
            if (type == "searchset" && entry.Child("resource") is { } hit && hit.Child("id") is null && hit.Type.Name != "OperationOutcome")
                issues.Error(IssueType.Required, "bundle-search-id", hit, "A resource that a search found has an id.");
            if (entry.Child("resource") is { } resource) References(resource, entry.TextOf("fullUrl"), type, index, issues, isLeading: IsLeading(resource, type));
        }
    }

    private static bool IsLeading(Element resource, string? type) =>
        (type == "document" && resource.Type.Name == "Composition") || (type == "message" && resource.Type.Name == "MessageHeader");

    private static void FullUrl(Element entry, string? type, IssueList issues)
    {
        if (entry.Child("fullUrl") is not { } fullUrl || fullUrl.Text is not { } text) return;
        if (!ReferenceText.IsAbsolute(text))
        {
            issues.Error(IssueType.Value, "bundle-full-url", fullUrl, $"A fullUrl is absolute; '{text}' is not.");
            return;
        }

        if (text.StartsWith("urn:uuid:", StringComparison.Ordinal) && !Uuid().IsMatch(text))
            issues.Error(IssueType.Value, "bundle-full-url", fullUrl, $"'{text}' is no urn:uuid: 8-4-4-4-12 hexadecimal digits in lower case are expected.");

        // What a server answers or stores under base/Type/id bears that id.
        if (entry.Child("resource") is not { } resource || resource.TextOf("id") is not { } id || type is "transaction" or "batch") return;
        if (text.StartsWith("http", StringComparison.Ordinal) && ReferenceText.Type(text, entry.Document.Schema) is { } named
            && (named != resource.Type.Name || !text.EndsWith('/' + id, StringComparison.Ordinal)))
        {
            issues.Error(IssueType.Invalid, "bundle-full-url-id", fullUrl, $"The fullUrl {text} does not end in {resource.Type.Name}/{id}, which the entry's resource is.");
        }
    }

    /// <summary>https://hl7.org/fhir/R4/http.html#transaction</summary>
    private static void Request(Element entry, IssueList issues)
    {
        if (entry.Child("request") is not { } request) return;
        var (method, url) = (request.TextOf("method"), request.TextOf("url"));
        if (method is "POST" or "PUT" && entry.Child("resource") is null)
            issues.Error(IssueType.Required, "bundle-request", entry, $"An entry with the method {method} has a resource.");
        if (method is "POST" && entry.Child("resource") is { } posted && url is { } to && entry.Document.Schema.IsResourceType(to) && to != posted.Type.Name)
            issues.Error(IssueType.Invalid, "bundle-request", request, $"POST {to} creates a {to}, but the resource is a {posted.Type.Name}.");
    }

    /// <summary>References that name an entry must find it.</summary>
    private static void References(Element element, string? fullUrl, string? type, BundleIndex index, IssueList issues, bool isLeading)
    {
        foreach (var child in element.Children())
        {
            if (child.Type.Name == "Reference" && child.Child("reference") is { } reference && reference.Text is { } text && !text.StartsWith('#'))
                Reference(reference, text, fullUrl, type, index, issues, isLeading);
            else if (child.IsPrimitive)
                continue;
            References(child, fullUrl, type, index, issues, isLeading);
        }
    }

    private static void Reference(Element reference, string text, string? fullUrl, string? type, BundleIndex index, IssueList issues, bool isLeading)
    {
        if (index.Find(text, fullUrl) is not null)
        {
            if (isLeading && index.IsAmbiguous(text, fullUrl))
                issues.Error(IssueType.MultipleMatches, "bundle-reference-ambiguous", reference, $"Several entries are meant by {text}; a version would tell them apart.");
            return;
        }

        var isLocal = text.StartsWith("urn:uuid:", StringComparison.Ordinal) || text.StartsWith("urn:oid:", StringComparison.Ordinal);
        if (isLocal)
            issues.Error(IssueType.NotFound, "bundle-reference", reference, $"No entry of this {type ?? "bundle"} has the fullUrl {text}, and nothing outside can be found by it.");
        else if (isLeading && (text.StartsWith("http", StringComparison.Ordinal) == false))
            issues.Error(IssueType.NotFound, "bundle-reference", reference, $"A {type} holds what its {(type == "document" ? "Composition" : "MessageHeader")} refers to; {text} is not among the entries.");
        else if (type is "document" or "message" or "collection" && !ReferenceText.IsAbsolute(text))
            issues.Warn(IssueType.NotFound, "bundle-reference", reference, $"{text} is not among the entries of this {type}: who has only the {type} can't follow it.");
    }

    [GeneratedRegex("^urn:uuid:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")]
    private static partial Regex Uuid();
}
