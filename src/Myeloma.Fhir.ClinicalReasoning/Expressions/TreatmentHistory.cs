using System.Text.Json.Nodes;
using Myeloma.Fhir.ClinicalReasoning.Definitions;
using Myeloma.Fhir.ClinicalReasoning.Results;
using Myeloma.Fhir.Model.Elements;

namespace Myeloma.Fhir.ClinicalReasoning.Expressions;

/// <summary>
/// The subject's treatments, for <c>%priorTreatments</c> and <c>%currentTreatments</c>: one CarePlan each, with a concept as the product of every activity,
/// whatever form the record has.
/// </summary>
/// <remarks>
/// A CarePlan is a treatment; so are the administrations of one EpisodeOfCare. Active and held ones are current, drafts are none, the others are prior. Products
/// that are references become the concept of the Medication, requests the detail they stand for. https://hl7.org/fhir/R4/careplan.html
/// </remarks>
internal sealed class TreatmentHistory
{
    private readonly string subject;
    private readonly Func<string, Element?> find;
    private readonly Func<string, string, IReadOnlyList<(string System, string Code)>> sameMeaning;
    private readonly List<Element> prior = [];
    private readonly List<Element> current = [];

    public TreatmentHistory(ApplyRequest request, ApplySources sources, DataIndex data, Func<string, Element?> find)
    {
        (subject, this.find, sameMeaning) = (request.Subject, find, sources.SameMeaning);
        var plans = Of("CarePlan", sources, data);
        var administrations = Of("MedicationAdministration", sources, data);
        if (plans.Count + administrations.Count == 0)
        {
            WhyUnknown = "no treatment of the subject is recorded in the data, neither as CarePlan nor as MedicationAdministration, and the parameters do not say that there was none";
            return;
        }

        foreach (var plan in plans) AddPlan(plan);
        AddAdministrations(administrations);
    }

    /// <summary>In the order of the data; those of administrations behind.</summary>
    public IReadOnlyList<Element> Prior => prior;

    /// <inheritdoc cref="Prior"/>
    public IReadOnlyList<Element> Current => current;

    /// <summary>Why nothing can be said of the treatments; null when they are known.</summary>
    public string? WhyUnknown { get; private set; }

    private List<Element> Of(string type, ApplySources sources, DataIndex data)
    {
        var found = data.All.Where(resource => resource.Type.Name == type && IsOfSubject(resource)).ToList();
        var ids = found.Select(resource => resource.TextOf("id")).ToHashSet();
        found.AddRange(sources.SubjectData(type).Where(resource => !ids.Contains(resource.TextOf("id")) && IsOfSubject(resource)));
        return [.. found.Where(resource => resource.TextOf("status") is not ("entered-in-error" or "not-done"))];
    }

    private bool IsOfSubject(Element resource) => resource.Child("subject")?.TextOf("reference") is { } reference
        && (reference == subject || reference.EndsWith("/" + subject, StringComparison.Ordinal) || subject.EndsWith("/" + reference, StringComparison.Ordinal));

    private void AddPlan(Element plan)
    {
        if (plan.TextOf("status") is "draft" or "unknown" or null) return;
        var json = (JsonObject)ResourceDraft.ValueOf(plan)!;
        if (json["activity"] is JsonArray activities)
        {
            foreach (var activity in activities.OfType<JsonObject>())
            {
                Complete(activity);
                AddSame(activity["detail"]?["productCodeableConcept"]);
            }
        }

        (plan.TextOf("status") is "active" or "on-hold" ? current : prior).Add(Parsed(json));
    }

    /// <summary>Makes an activity say its product as a concept where it points at it.</summary>
    private void Complete(JsonObject activity)
    {
        if (activity["detail"] is JsonObject detail)
        {
            if (detail["productReference"]?["reference"]?.ToString() is { } product && ConceptOf(product) is { } concept)
            {
                detail.Remove("productReference");
                detail["productCodeableConcept"] = concept;
            }
        }
        else if (activity["reference"]?["reference"]?.ToString() is { } reference && find(reference) is { } request && ProductOf(request) is { } ordered)
        {
            activity["detail"] = new JsonObject { ["productCodeableConcept"] = ordered };
        }
    }

    private void AddAdministrations(List<Element> administrations)
    {
        foreach (var episode in administrations.GroupBy(each => each.Child("context")?.TextOf("reference")))
        {
            var status = episode.Key is { } reference && find(reference) is { Type.Name: "EpisodeOfCare" } found ? found.TextOf("status") : null;
            if (status is null)
            {
                WhyUnknown = $"MedicationAdministration/{episode.First().TextOf("id")} belongs to no EpisodeOfCare that is among the data, so that the treatments can't be told apart";
                return;
            }

            if (status is "planned" or "waitlist" or "cancelled" or "entered-in-error") continue;
            (status is "active" or "onhold" ? current : prior).Add(Parsed(PlanOf(episode)));
        }
    }

    private JsonObject PlanOf(IEnumerable<Element> administrations) => new()
    {
        ["resourceType"] = "CarePlan",
        ["status"] = "completed",
        ["intent"] = "order",
        ["subject"] = new JsonObject { ["reference"] = subject },
        ["id"] = administrations.First().TextOf("id"),
        ["activity"] = new JsonArray([.. administrations.Select(each => new JsonObject { ["detail"] = DetailOf(each) })]),
    };

    /// <summary>What was given: as a concept, or what it points at where that is not known.</summary>
    private JsonObject DetailOf(Element administration)
    {
        if (ProductOf(administration) is not { } product)
            return administration.Child("medication") is { Type.Name: "Reference" } unknown ? new JsonObject { ["productReference"] = ResourceDraft.ValueOf(unknown) } : [];
        AddSame(product);
        return new JsonObject { ["productCodeableConcept"] = product };
    }

    /// <summary>Adds to a concept the codes that mean the same as its own.</summary>
    private void AddSame(JsonNode? concept)
    {
        if (concept?["coding"] is not JsonArray codings) return;
        var known = codings.Select(coding => (coding?["system"]?.ToString(), coding?["code"]?.ToString())).ToHashSet();
        foreach (var (system, code) in known.ToList())
        {
            if (system is null || code is null) continue;
            foreach (var same in sameMeaning(system, code))
                if (known.Add(same)) codings.Add(new JsonObject { ["system"] = same.System, ["code"] = same.Code });
        }
    }

    /// <summary>The medication of a request or administration as a concept.</summary>
    private JsonNode? ProductOf(Element request) => request.Child("medication") switch
    {
        { Type.Name: "CodeableConcept" } concept => ResourceDraft.ValueOf(concept),
        { } reference when reference.TextOf("reference") is { } target => ConceptOf(target),
        _ => null,
    };

    private JsonNode? ConceptOf(string medication) => find(medication)?.Child("code") is { Type.Name: "CodeableConcept" } code ? ResourceDraft.ValueOf(code) : null;

    private static Element Parsed(JsonObject resource) => ResourceDocument.Parse(SchemaOrder.ToJson(resource)).Root;
}
