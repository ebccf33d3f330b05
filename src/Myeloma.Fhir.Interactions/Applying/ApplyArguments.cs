using Myeloma.Fhir.ClinicalReasoning;
using Myeloma.Fhir.FhirPath;
using Myeloma.Fhir.Interactions.Operations;
using Myeloma.Fhir.Interactions.Operations.Expressions;
using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Model.Issues;

namespace Myeloma.Fhir.Interactions.Applying;

/// <summary>The parameters of <c>$apply</c> as the engine takes them.</summary>
/// <remarks>https://hl7.org/fhir/R4/plandefinition-operation-apply.html, https://hl7.org/fhir/uv/cpg/OperationDefinition-cpg-plandefinition-apply.html</remarks>
internal static class ApplyArguments
{
    private static readonly string[] Contexts = ["userType", "userLanguage", "userTaskContext", "setting", "settingContext"];

    /// <summary>Servers that a request may name and this one does not call.</summary>
    private static readonly string[] Endpoints = ["dataEndpoint", "contentEndpoint", "terminologyEndpoint", "artifactEndpointConfiguration"];

    /// <summary>One request for each subject, in their order.</summary>
    /// <exception cref="FhirException">
    /// All faults together: <c>invalid</c> a text that is no reference, data given twice over; <c>not-supported</c> an endpoint.
    /// </exception>
    public static IReadOnlyList<ApplyRequest> Read(OperationRequest request, DateTimeOffset now)
    {
        var faults = new List<Issue>();
        foreach (var name in Endpoints)
            if (request.Arguments(name).FirstOrDefault() is { } endpoint)
                faults.Add(Issue.NotSupported($"The parameter '{name}' is not supported: this server calls no other. Send what is needed along in 'data', or store it here.", endpoint.Expression));
        if (request.Arguments("data").Any() && request.Arguments("prefetchData").Any())
            faults.Add(Issue.Invalid("There is both 'data' and 'prefetchData'; send all data in one of them.", request.Arguments("prefetchData").First().Expression));
        string? Reference(OperationArgument? argument) => argument?.Text is not { } text ? null : ReferenceOf(text, argument, request.Context.BaseUrl, faults);
        string? Single(string name) => Reference(request.Arguments(name).FirstOrDefault());
        var subjects = request.Arguments("subject").Select(Reference).ToList();
        var made = new ApplyRequest
        {
            Subject = subjects[0] ?? "",
            Now = now,
            Encounter = Single("encounter"),
            Practitioner = Single("practitioner"),
            Organization = Single("organization"),
            Variables = Variables(request),
            Data = Data(request),
            MergeNestedCarePlans = request.Boolean("mergeNestedCarePlans") == true,
        };
        return faults.Count == 0 ? [.. subjects.Select(subject => made with { Subject = subject! })] : throw new FhirException(faults);
    }

    /// <summary>References into this server are relative, as stored ones are.</summary>
    private static string? ReferenceOf(string text, OperationArgument argument, string baseUrl, List<Issue> faults)
    {
        if (LocalReference.Find(text, baseUrl) is { } local) return local.Text;
        if (Uri.TryCreate(text, UriKind.Absolute, out _)) return text;
        faults.Add(Issue.Invalid($"The parameter '{argument.Name}' is a reference like 'Patient/1', not '{(text.Length <= 80 ? text : text[..80] + "…")}'.", argument.Expression));
        return null;
    }

    private static Dictionary<string, Collection> Variables(OperationRequest request)
    {
        var variables = new Dictionary<string, Collection>(StringComparer.Ordinal);
        foreach (var name in Contexts)
            if (request.Value(name) is { } value) variables[name] = Collection.Of(value);
        foreach (var prefetched in request.Arguments("prefetchData"))
            if (Part(prefetched, "key")?.TextOf("value") is { } key) Add(variables, key, Resources(prefetched));
        if (request.TryResource("parameters", out var parameters))
            foreach (var parameter in parameters.Document.Root.Children("parameter"))
                if (parameter.TextOf("name") is { } name) Add(variables, name, (parameter.Child("value") ?? parameter.Child("resource")) is { } item ? Collection.Of(item) : Collection.Empty);
        return variables;
    }

    private static void Add(Dictionary<string, Collection> variables, string name, Collection items) =>
        variables[name] = variables.TryGetValue(name, out var earlier) ? Collection.Of([.. earlier, .. items]) : items;

    /// <summary>The resources of a prefetched Bundle; empty for one without data, which says that there is none.</summary>
    private static Collection Resources(OperationArgument prefetched)
    {
        var resources = new List<Element>();
        if (Part(prefetched, "data")?.Child("resource") is { } bundle)
            foreach (var entry in bundle.Children("entry"))
                if (entry.Child("resource") is { } resource) resources.Add(ResourceDocument.Of(resource).Root);
        return Collection.Of(resources);
    }

    private static List<Element> Data(OperationRequest request)
    {
        var data = new List<Element>();
        foreach (var bundle in request.Resources("data")) data.Add(bundle.Document.Root);
        foreach (var prefetched in request.Arguments("prefetchData"))
            if (Part(prefetched, "data")?.Child("resource") is { } bundle) data.Add(ResourceDocument.Of(bundle).Root);
        return data;
    }

    private static Element? Part(OperationArgument argument, string name)
    {
        foreach (var part in argument.Parameter!.Value.Children("part"))
            if (part.TextOf("name") == name) return part;
        return null;
    }
}
