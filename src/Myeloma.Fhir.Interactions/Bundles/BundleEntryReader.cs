using Myeloma.Fhir.Interactions.Operations;
using Myeloma.Fhir.Interactions.Patching;
using Myeloma.Fhir.Interactions.Requests;
using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Model.Issues;

namespace Myeloma.Fhir.Interactions.Bundles;

/// <summary>Reads <c>Bundle.entry.request</c>: method, URL and preconditions, one issue a fault.</summary>
/// <remarks>https://hl7.org/fhir/R4/bundle-definitions.html#Bundle.entry.request</remarks>
/// <param name="takesPostedOperations">Whether an entry may invoke an operation by POST: in a batch; a transaction could not take back what it did.</param>
internal sealed class BundleEntryReader(string? baseUrl, bool takesPostedOperations)
{
    /// <summary>Reads one entry.</summary>
    /// <param name="issues">Takes the entry's faults, with expressions from the bundle's root.</param>
    /// <returns>Null when there were any.</returns>
    public BundleEntry? Read(Element entry, int index, List<Issue> issues)
    {
        var before = issues.Count;
        var expression = $"Bundle.entry[{index}]";
        if (entry.Child("request") is not { } request)
        {
            issues.Add(Issue.Required("Each entry of a transaction or batch says in 'request' what is to be done.", $"{expression}.request"));
            return null;
        }

        var method = request.TextOf("method") ?? "";
        var url = request.TextOf("url") ?? "";
        if (request.Child("method") is null) issues.Add(Issue.Required("The request has no method.", $"{expression}.request.method"));
        if (url.Length == 0) issues.Add(Issue.Required("The request has no URL.", $"{expression}.request.url"));
        if (issues.Count > before) return null;

        if (method is not ("GET" or "HEAD" or "POST" or "PUT" or "PATCH" or "DELETE"))
        {
            issues.Add(Issue.NotSupported($"The method {method} is not offered in bundles; GET, HEAD, POST, PUT, PATCH and DELETE are.", $"{expression}.request.method"));
            return null;
        }

        var target = ParseUrl(url, expression, issues, out var query);
        var resource = ResourceOf(entry, method, target, expression, issues);
        var patch = PatchOf(entry, method, expression, issues);
        var ifMatch = IfMatchOf(request, method, expression, issues);
        CheckIfNoneMatch(request, method, ifMatch is not null, expression, issues);
        var criteria = CriteriaOf(request, method, target, query, expression, issues);
        if (target is { } place) CheckPlace(method, place, query, resource, expression, issues);
        if (issues.Count > before || target is null) return null;
        return new BundleEntry(index, method, target.Value, query, entry.TextOf("fullUrl"), resource, ifMatch, request.TextOf("ifNoneMatch")) { Patch = patch, Criteria = criteria };
    }

    /// <summary>A URL relative to the base, or absolute below it.</summary>
    private RequestTarget? ParseUrl(string url, string expression, List<Issue> issues, out string query)
    {
        var path = url;
        if (baseUrl is not null && path.StartsWith(baseUrl + "/", StringComparison.Ordinal)) path = path[(baseUrl.Length + 1)..];
        var mark = path.IndexOf('?');
        query = mark < 0 ? "" : path[(mark + 1)..];
        if (mark >= 0) path = path[..mark];
        try
        {
            if (path.Contains("://", StringComparison.Ordinal))
                throw new FhirException(Issue.Invalid($"'{url}' is not below this server's base URL; entries are addressed relative to it, like 'Patient/1'."));
            return RequestTarget.Parse(path);
        }
        catch (FhirException fault)
        {
            foreach (var issue in fault.Issues) issues.Add(issue with { Expression = $"{expression}.request.url" });
            return null;
        }
    }

    private static ResourceDocument? ResourceOf(Element entry, string method, RequestTarget? target, string expression, List<Issue> issues)
    {
        var element = entry.Child("resource");
        if (method is not ("POST" or "PUT")) return null;
        if (element is not { } resource)
        {
            if (target is { Operation: not null }) return null;
            issues.Add(Issue.Required($"{method} needs a resource.", $"{expression}.resource"));
            return null;
        }

        // The entry's bytes become a document of their own, so that what is stored is exactly what was sent; the bundle has kept the limits for all of them.
        var input = InputResource.Of(resource, $"{expression}.resource");
        var document = input.Document;
        if (document.ResourceType == "SearchParameter" && target is { Operation: null })
        {
            foreach (var issue in ResourceIntake.Errors(document))
                issues.Add(input.InBody(issue) with { Expression = $"{input.Expression}{issue.Expression?["SearchParameter".Length..]}" });
        }

        return document;
    }

    /// <summary>The patch may be Parameters, or a Binary that holds it.</summary>
    private static PatchDocument? PatchOf(Element entry, string method, string expression, List<Issue> issues)
    {
        if (method != "PATCH") return null;
        if (entry.Child("resource") is not { } resource)
        {
            issues.Add(Issue.Required("PATCH needs a resource: Parameters, or a Binary that holds the patch.", $"{expression}.resource"));
            return null;
        }

        try
        {
            return PatchDocument.Of(ResourceDocument.Of(resource), $"{expression}.resource");
        }
        catch (FhirException fault)
        {
            issues.AddRange(fault.Issues);
            return null;
        }
    }

    private static int? IfMatchOf(Element request, string method, string expression, List<Issue> issues)
    {
        if (request.TextOf("ifMatch") is not { } tag) return null;
        try
        {
            if (method is not ("PUT" or "PATCH" or "DELETE"))
                throw new FhirException(Issue.Invalid($"ifMatch goes with PUT, PATCH and DELETE, not with {method}."));
            return EntityTag.ParseIfMatch(tag);
        }
        catch (FhirException fault)
        {
            foreach (var issue in fault.Issues) issues.Add(issue with { Expression = $"{expression}.request.ifMatch" });
            return null;
        }
    }

    private static void CheckIfNoneMatch(Element request, string method, bool hasIfMatch, string expression, List<Issue> issues)
    {
        if (request.TextOf("ifNoneMatch") is not { } tags || method is "GET" or "HEAD") return;
        try
        {
            if (method != "PUT") throw new FhirException(Issue.Invalid($"ifNoneMatch goes with GET and PUT, not with {method}.", $"{expression}.request.ifNoneMatch"));
            EntityTag.IsOnlyIfAbsent(tags, hasIfMatch, $"{expression}.request.ifNoneMatch");
        }
        catch (FhirException fault)
        {
            issues.AddRange(fault.Issues);
        }
    }

    private static string? CriteriaOf(Element request, string method, RequestTarget? target, string query, string expression, List<Issue> issues)
    {
        var ifNoneExist = request.TextOf("ifNoneExist");
        if (ifNoneExist is not null && method != "POST")
            issues.Add(Issue.Invalid($"ifNoneExist goes with POST, not with {method}.", $"{expression}.request.ifNoneExist"));
        return method == "POST" ? ifNoneExist : method is "PUT" or "DELETE" && target is { Kind: TargetKind.Type } ? query : null;
    }

    private void CheckPlace(string method, RequestTarget target, string query, ResourceDocument? resource, string expression, List<Issue> issues)
    {
        var conditional = method is "PUT" or "PATCH" or "DELETE" && target.Kind == TargetKind.Type && query.Length > 0;
        var fits = method switch
        {
            "GET" or "HEAD" => target.Kind is not (TargetKind.SystemSearch or TargetKind.TypeSearch),
            "POST" => target.Kind == TargetKind.Type || (target.Operation is not null && takesPostedOperations),
            _ => target.Kind == TargetKind.Instance || conditional,
        };
        if (!fits)
        {
            issues.Add(Issue.NotSupported(
                method == "POST" && target.Operation is { } operation
                    ? $"A transaction can't invoke '{operation}' by POST, since it could not take back what that did; use GET, or a batch."
                    : $"{method} is not offered at that URL in a bundle.",
                $"{expression}.request.url"));
        }

        if (!fits || resource is null || target.Operation is not null) return;

        if (resource.ResourceType != target.Type)
            issues.Add(Issue.Invalid($"The resource is of type {resource.ResourceType}, the URL names {target.Type}; they have to be the same type.", $"{expression}.resource"));
        else if (method == "PUT" && target.Id is { } id && resource.Id != id)
            issues.Add(resource.Id is null
                ? Issue.Required($"An update carries the id in the resource: '{id}' was expected.", $"{expression}.resource.id")
                : Issue.Invalid($"The resource has the id '{resource.Id}', the URL '{id}'; they have to be the same.", $"{expression}.resource.id"));
    }
}
