using System.Text;
using System.Text.Json.Nodes;
using Myeloma.Fhir.ClinicalReasoning;
using Myeloma.Fhir.Interactions.Applying;
using Myeloma.Fhir.Interactions.Validation;
using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Model.Issues;
using Myeloma.Fhir.Model.Json;
using Myeloma.Fhir.Validation;

namespace Myeloma.Fhir.Interactions.Hooks;

/// <summary>The CDS services of this server: the requirements that its plans state, and every plan that names a hook as its trigger. No other server is called, nothing is stored.</summary>
/// <remarks>https://cds-hooks.hl7.org/2.0/. Patients of the caller are not those that may be stored here: only what comes along counts.</remarks>
/// <param name="textOf">The text of a DocumentReference by its id; null when it is not here.</param>
public sealed class CdsServices(
    CurrentDefinitions definitions, ApplySettings settings, ParseLimits parseLimits, TimeProvider time, Func<string, CancellationToken, Task<string?>> textOf)
{
    private const string Patient = "Patient/{{context.patientId}}";

    /// <summary>Services by id: the plan, and null for those about all plans.</summary>
    private sealed record Service(string Id, string Hook, string Title, string Description, Element? Plan);

    /// <summary>The answer of discovery, as UTF-8 JSON: services in the order of their ids.</summary>
    /// <exception cref="FhirException"><c>transient</c>: the database can't be reached.</exception>
    public async Task<byte[]> DiscoverAsync(CancellationToken cancellationToken)
    {
        var (plans, _) = await PlansAsync(cancellationToken);
        return Written(new JsonObject { ["services"] = new JsonArray([.. ServicesOf(plans).Select(Described)]) });
    }

    /// <summary>The cards of a service, as UTF-8 JSON.</summary>
    /// <param name="site">Where the pages are, without trailing slash.</param>
    /// <exception cref="FhirException"><c>not-found</c>: no such service; what <see cref="HookCall.Parse"/> names; <c>too-costly</c>: past a limit.</exception>
    public async Task<byte[]> CallAsync(string id, ReadOnlyMemory<byte> body, string site, CancellationToken cancellationToken)
    {
        var (plans, versions) = await PlansAsync(cancellationToken);
        var service = ServicesOf(plans).FirstOrDefault(service => service.Id == id)
            ?? throw new FhirException(Issue.NotFound($"There is no CDS service '{(id.Length <= 80 ? id : id[..80] + "…")}' here; /cds-services lists those that there are."));
        var call = HookCall.Parse(body, service.Hook, parseLimits, time.GetUtcNow());
        var sources = new ApplySources
        {
            Definitions = versions,
            SameMeaning = await SameCodes.FollowAsync(definitions, versions, cancellationToken),
            Environment = (await definitions.GetAsync(cancellationToken)).ForExpressions(),
        };
        IReadOnlyList<HookCard> cards;
        if (service.Plan is { } plan) cards = new PlanCards(new PlanDefinitionApply(sources, settings.Limits)).Of(plan, call, cancellationToken);
        else
        {
            var about = new RequirementCards(new PlanRequirements(sources, settings.Limits), new SourceSpans(textOf, site), site);
            cards = service.Hook == "order-select" ? await about.OfOrdersAsync(Protocols(plans), call, cancellationToken) : await about.OfPatientAsync(Protocols(plans), call, cancellationToken);
        }

        return Written(new JsonObject { ["cards"] = new JsonArray([.. cards.Select(card => card.ToJson())]) });
    }

    /// <summary>Of each url the version that is meant without one, unless it is retired; in the order of their urls.</summary>
    private async Task<(IReadOnlyList<Element> Plans, Func<string, IReadOnlyList<ResourceDocument>> Versions)> PlansAsync(CancellationToken cancellationToken)
    {
        var versions = await definitions.FollowVersionsAsync(cancellationToken);
        var urls = await definitions.UrlsAsync("PlanDefinition", cancellationToken);
        var plans = urls.Order(StringComparer.Ordinal).Select(url => versions(url).FirstOrDefault(document => document.ResourceType == "PlanDefinition")?.Root).OfType<Element>();
        return ([.. plans.Where(plan => plan.TextOf("status") != "retired")], versions);
    }

    private static IEnumerable<Service> ServicesOf(IReadOnlyList<Element> plans)
    {
        IEnumerable<Service> all =
        [
            new("requirements-order-select", "order-select", "Combinations with a drug", "Which combinations of the documents here a selected drug is a member of, and whether the requirements that are stated for them are met. It is no recommendation.", null),
            new("requirements-patient-view", "patient-view", "Stated requirements", "Which combinations of the documents here have a stated requirement of earlier treatment that this patient meets, or may meet. It is no recommendation.", null),
        ];
        return all.Concat(plans.SelectMany(plan => PlanCards.HooksOf(plan).Select(hook => new Service(
                $"{plan.TextOf("id")}-{hook}", hook, plan.TextOf("title") ?? plan.TextOf("name") ?? plan.TextOf("url")!, plan.TextOf("description") ?? plan.TextOf("url")!, plan))))
            .DistinctBy(service => service.Id).OrderBy(service => service.Id, StringComparer.Ordinal);
    }

    /// <summary>Plans that state what a patient is treated with.</summary>
    private static IEnumerable<Element> Protocols(IReadOnlyList<Element> plans) => plans.Where(plan =>
    {
        if (PlanCards.HooksOf(plan).Any()) return false;
        foreach (var coding in plan.Child("type")?.Children("coding").ToList() ?? [])
            if (coding.TextOf("code") == "clinical-protocol") return true;
        return false;
    });

    private static JsonObject Described(Service service) => new()
    {
        ["hook"] = service.Hook,
        ["title"] = service.Title,
        ["description"] = service.Description,
        ["id"] = service.Id,
        ["prefetch"] = new JsonObject
        {
            ["patient"] = Patient,
            ["carePlans"] = $"CarePlan?subject={Patient}",
            ["medicationAdministrations"] = $"MedicationAdministration?subject={Patient}&_include=MedicationAdministration:context&_include=MedicationAdministration:medication",
        },
    };

    private static byte[] Written(JsonObject json) => Encoding.UTF8.GetBytes(json.ToJsonString(Readable));

    private static readonly System.Text.Json.JsonSerializerOptions Readable = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping, MaxDepth = 1_000 };
}
