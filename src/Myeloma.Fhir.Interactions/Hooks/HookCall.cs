using System.Text;
using System.Text.Json;
using Myeloma.Fhir.ClinicalReasoning;
using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Model.Issues;
using Myeloma.Fhir.Model.Json;

namespace Myeloma.Fhir.Interactions.Hooks;

/// <summary>A call of a CDS service: the hook, whom it is about, and the resources that came along.</summary>
/// <remarks>https://cds-hooks.hl7.org/2.0/#calling-a-cds-service. The server that a call names for more data is not called.</remarks>
internal sealed record HookCall
{
    public required string Hook { get; init; }

    public required ApplyRequest Request { get; init; }

    /// <summary>The orders that are being selected; of a hook that selects nothing, those that are drafted.</summary>
    public IReadOnlyList<Element> Orders { get; init; } = [];

    /// <param name="hook">The hook of the service.</param>
    /// <exception cref="FhirException">
    /// <c>structure</c>: no JSON object, or resources that can't be parsed; <c>required</c>, <c>invalid</c>: what a call has to have, all together.
    /// </exception>
    public static HookCall Parse(ReadOnlyMemory<byte> body, string hook, ParseLimits limits, DateTimeOffset now)
    {
        using var json = Read(body, limits);
        var faults = new List<Issue>();
        var called = Text(json.RootElement, "hook");
        if (called != hook) faults.Add(Issue.Invalid($"The service is for the hook '{hook}', and 'hook' is {(called is null ? "missing" : $"'{called}'")}.", "hook"));
        if (Text(json.RootElement, "hookInstance") is null) faults.Add(Issue.Required("The call has no 'hookInstance'.", "hookInstance"));
        var context = json.RootElement.TryGetProperty("context", out var found) && found.ValueKind == JsonValueKind.Object ? found : default;
        var patient = context.ValueKind == JsonValueKind.Object ? Text(context, "patientId") : null;
        if (patient is null) faults.Add(Issue.Required("The call has no 'patientId' in its 'context'.", "context.patientId"));
        if (faults.Count > 0) throw new FhirException(faults);

        List<Element> drafted = context.TryGetProperty("draftOrders", out var drafts) ? Opened(drafts, limits) : [];
        var user = Text(context, "userId");
        return new HookCall
        {
            Hook = hook,
            Orders = Selected(drafted, context),
            Request = new ApplyRequest
            {
                Subject = "Patient/" + patient,
                Now = now,
                Encounter = Text(context, "encounterId") is { } encounter ? "Encounter/" + encounter : null,
                Practitioner = user?.StartsWith("Practitioner", StringComparison.Ordinal) == true ? user : null,
                Data = [.. Prefetched(json.RootElement, limits), .. drafted],
            },
        };
    }

    private static JsonDocument Read(ReadOnlyMemory<byte> body, ParseLimits limits)
    {
        try
        {
            var json = JsonDocument.Parse(body, new JsonDocumentOptions { MaxDepth = limits.MaxDepth });
            if (json.RootElement.ValueKind == JsonValueKind.Object) return json;
            json.Dispose();
        }
        catch (JsonException)
        {
        }

        throw new FhirException(Issue.Structure("The body is no JSON object, as the call of a CDS service is."));
    }

    private static IEnumerable<Element> Prefetched(JsonElement call, ParseLimits limits) =>
        call.TryGetProperty("prefetch", out var prefetch) && prefetch.ValueKind == JsonValueKind.Object ? prefetch.EnumerateObject().SelectMany(each => Opened(each.Value, limits)) : [];

    /// <summary>A resource, or those of a Bundle; nothing for null and for what is no resource (a fault that was met in fetching it).</summary>
    private static List<Element> Opened(JsonElement json, ParseLimits limits)
    {
        if (json.ValueKind != JsonValueKind.Object || Text(json, "resourceType") is not { } type || type == "OperationOutcome") return [];
        var root = ResourceDocument.Parse(Encoding.UTF8.GetBytes(json.GetRawText()), limits: limits).Root;
        if (type != "Bundle") return [root];
        var inside = new List<Element>();
        foreach (var entry in root.Children("entry"))
            if (entry.Child("resource") is { } resource) inside.Add(ResourceDocument.Of(resource).Root);
        return inside;
    }

    private static List<Element> Selected(List<Element> drafted, JsonElement context)
    {
        if (!context.TryGetProperty("selections", out var selections) || selections.ValueKind != JsonValueKind.Array) return drafted;
        var names = selections.EnumerateArray().Where(each => each.ValueKind == JsonValueKind.String).Select(each => each.GetString()!).ToHashSet(StringComparer.Ordinal);
        return [.. drafted.Where(order => names.Contains($"{order.Type.Name}/{order.TextOf("id")}") || names.Contains(order.TextOf("id") ?? ""))];
    }

    private static string? Text(JsonElement json, string name) => json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String && value.GetString() is { Length: > 0 } text ? text : null;
}
