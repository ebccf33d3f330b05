using Myeloma.Fhir.Interactions.Conditions;
using Myeloma.Fhir.Interactions.Requests;
using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Model.Issues;
using Myeloma.Fhir.Model.Schema;
using Myeloma.Fhir.Search;
using Myeloma.Fhir.Search.Criteria;

namespace Myeloma.Fhir.Interactions.Subscriptions;

/// <summary>What makes a Subscription one that this server can serve: status, criteria and channel.</summary>
/// <remarks>https://hl7.org/fhir/R4/subscription.html</remarks>
public sealed class SubscriptionRules(CurrentSearchParameters searchParameters, SearchOptions limits, EndpointRules endpoints)
{
    /// <summary>Media types of payloads.</summary>
    private static readonly string[] Payloads = ["application/fhir+json", "application/fhir+xml"];

    /// <summary>What keeps a client's Subscription from being stored: status included, which is the server's but for asking and ending.</summary>
    /// <returns>All faults, 422 each; empty for one that is sound, and for any other resource.</returns>
    public IReadOnlyList<Issue> Check(ResourceDocument document)
    {
        if (document.ResourceType != "Subscription") return [];
        var definition = SubscriptionDefinition.Read(document);
        var faults = new List<Issue>();
        if (definition.Status is "active" or "error")
            faults.Add(Issue.BusinessRule($"The status '{definition.Status}' is set by the server; send 'requested' to have the subscription checked and taken up, or 'off' to end it.", "Subscription.status"));
        if (definition.Status != "off") faults.AddRange(Faults(definition));
        return [.. faults.Select(fault => Placed(fault, document))];
    }

    /// <summary>What keeps a subscription from being active.</summary>
    /// <exception cref="FhirException"><c>transient</c>: a parameter of the criteria is still being indexed.</exception>
    public IReadOnlyList<Issue> Faults(SubscriptionDefinition definition)
    {
        var faults = new List<Issue>();
        try
        {
            Bind(definition.Criteria);
        }
        catch (FhirException fault) when (fault.Issues.All(issue => issue.Type != IssueType.Transient))
        {
            faults.AddRange(fault.Issues.Select(issue => issue with { Type = IssueType.BusinessRule, Expression = "Subscription.criteria", Line = 0, Column = 0 }));
        }

        switch (definition.Channel)
        {
            case SubscriptionDefinition.RestHook:
                AddRestHook(definition, faults);
                break;
            case SubscriptionDefinition.WebSocket:
                if (definition.Payload is not null) faults.Add(Issue.BusinessRule("A websocket tells that something matched, and carries no payload.", "Subscription.channel.payload"));
                break;
            default:
                faults.Add(Issue.BusinessRule($"The channel '{definition.Channel}' is not offered by this server; rest-hook and websocket are.", "Subscription.channel.type"));
                break;
        }

        return faults;
    }

    /// <summary>The search that criteria are.</summary>
    /// <param name="criteria"><c>Observation?code=…</c>; a type alone stands for all of it.</param>
    /// <exception cref="FhirException">What refuses a search, unknown parameters among it; <c>invalid</c>: no resource type in front, or a parameter that shapes an answer. <c>transient</c>: a parameter is still being indexed.</exception>
    public BoundSearch Bind(string criteria)
    {
        var mark = criteria.IndexOf('?', StringComparison.Ordinal);
        var type = mark < 0 ? criteria : criteria[..mark];
        if (!R4Schema.Instance.IsResourceType(type))
            throw new FhirException(Issue.Invalid($"The criteria begin with '{type}', which is no resource type of FHIR R4; they are a search without the base URL, like 'Observation?code=…'."));
        var query = QueryText.Parse(mark < 0 ? [] : criteria.AsSpan(mark));
        foreach (var (name, value) in query)
        {
            if (CriteriaBinding.ShapesAnswer(name)) throw new FhirException(Issue.Invalid($"'{name}' is no criterion: it says how an answer is to look, and has no place in the criteria of a subscription."));
            if (value.Length == 0) throw new FhirException(Issue.Invalid($"The criterion '{name}' has no value; passed over it would let others match."));
        }

        return SearchRequest.Bind(type, query, searchParameters.Registry, limits with { Strict = true });
    }

    private void AddRestHook(SubscriptionDefinition definition, List<Issue> faults)
    {
        if (endpoints.Refuse(definition.Endpoint) is { } refused) faults.Add(Issue.BusinessRule(refused, "Subscription.channel.endpoint"));
        if (definition.Payload is { } payload && !Payloads.Contains(payload))
            faults.Add(Issue.BusinessRule($"The payload '{payload}' is not offered; {string.Join(" and ", Payloads)} are, or none.", "Subscription.channel.payload"));
        if (EndpointRules.RefuseHeaders(definition.Headers.Count) is { } tooMany) faults.Add(Issue.BusinessRule(tooMany, "Subscription.channel.header"));
        for (var at = 0; at < definition.Headers.Count; at++)
            if (EndpointRules.RefuseHeader(definition.Headers[at]) is { } wrong) faults.Add(Issue.BusinessRule(wrong, $"Subscription.channel.header[{at}]"));
    }

    private static Issue Placed(Issue fault, ResourceDocument document)
    {
        Element? element = document.Root;
        foreach (var step in fault.Expression!.Split('.')[1..])
        {
            var bracket = step.IndexOf('[', StringComparison.Ordinal);
            var at = bracket < 0 ? 0 : int.Parse(step.AsSpan(bracket + 1, step.Length - bracket - 2), System.Globalization.CultureInfo.InvariantCulture);
            var parent = element.Value;
            element = null;
            foreach (var child in parent.Children(bracket < 0 ? step : step[..bracket]))
                if (at-- == 0) element = child;
            if (element is null) return fault;
        }

        var (line, column) = document.PositionOf(element.Value);
        return fault with { Line = line, Column = column };
    }
}
