using Myeloma.Fhir.ClinicalReasoning.Definitions;
using Myeloma.Fhir.FhirPath;
using Myeloma.Fhir.Model.Elements;

namespace Myeloma.Fhir.ClinicalReasoning.Expressions;

/// <summary>The variables that are the same for all expressions of a request, and those that can't be known, with the reason.</summary>
/// <remarks>https://hl7.org/fhir/uv/cpg/OperationDefinition-cpg-plandefinition-apply.html: the parameters of the operation by their names.</remarks>
internal sealed class RequestVariables
{
    private static readonly string[] Contexts = ["userType", "userLanguage", "userTaskContext", "setting", "settingContext"];

    private readonly Dictionary<string, Collection> known = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> unknown = new(StringComparer.Ordinal);
    private readonly Func<string, Element?> find;
    private readonly Dictionary<string, IReadOnlyList<Element>> treatments = new(StringComparer.Ordinal);

    public RequestVariables(ApplyRequest request, ApplySources sources, DataIndex data)
    {
        find = reference => data.Find(reference) ?? sources.Resources(reference);
        Subject = find(request.Subject);
        SubjectType = Subject?.Type.Name ?? TypeOf(request.Subject);
        Add("subject", request.Subject);
        if (SubjectType == "Patient") Add("patient", request.Subject);
        Add("encounter", request.Encounter);
        Add("practitioner", request.Practitioner);
        Add("organization", request.Organization);
        foreach (var name in Contexts) known[name] = Collection.Empty;
        AddTreatments(new TreatmentHistory(request, sources, data, find));
        foreach (var (name, items) in request.Variables) Take(name, items);
    }

    /// <summary>Null when it did not come along and is not known.</summary>
    public Element? Subject { get; }

    /// <summary>Of the resource, else as the reference says; <c>Patient</c> where it says nothing.</summary>
    public string SubjectType { get; }

    public IReadOnlyDictionary<string, Collection> Known => known;

    /// <summary>Why a variable can't be known.</summary>
    /// <returns>Null for one that is known, and for one that nobody has heard of.</returns>
    public string? WhyUnknown(string name) => unknown.GetValueOrDefault(name);

    /// <summary>Why the products of a variable of treatments can't be told apart by codes of these systems.</summary>
    /// <returns>Null when they can, and for other variables.</returns>
    public string? WhyUnrecognized(string name, IReadOnlyCollection<string> systems) =>
        treatments.TryGetValue(name, out var gathered) ? gathered.Select(plan => TreatedProducts.WhyUnrecognized(plan, systems)).FirstOrDefault(why => why is not null) : null;

    /// <summary>What a reference leads to: data of the request first, then what the sources know.</summary>
    public Element? Find(string reference) => find(reference);

    private void Add(string name, string? reference)
    {
        if (reference is null) known[name] = Collection.Empty;
        else if (find(reference) is { } resource) known[name] = Collection.Of(resource);
        else unknown[name] = $"{reference} is neither among the data given nor known here";
    }

    private void AddTreatments(TreatmentHistory history)
    {
        if (history.WhyUnknown is { } why)
        {
            unknown["priorTreatments"] = why;
            unknown["currentTreatments"] = why;
            return;
        }

        Take("priorTreatments", Collection.Of(history.Prior));
        Take("currentTreatments", Collection.Of(history.Current));
        (treatments["priorTreatments"], treatments["currentTreatments"]) = (history.Prior, history.Current);
    }

    /// <summary>What the caller says counts more than what was gathered.</summary>
    private void Take(string name, Collection items)
    {
        known[name] = items;
        unknown.Remove(name);
        treatments.Remove(name);
    }

    private static string TypeOf(string reference) => reference.Split('/') is [.., var type, _] && Model.Schema.R4Schema.Instance.IsResourceType(type) ? type : "Patient";
}
