using System.Globalization;
using Myeloma.Fhir.Model.Elements;

namespace Myeloma.Fhir.Interactions.Subscriptions;

/// <summary>A Subscription as far as a server acts on it. https://hl7.org/fhir/R4/subscription.html</summary>
/// <param name="Status">requested, active, error or off.</param>
/// <param name="Criteria">A search without the base URL.</param>
/// <param name="End">When it goes off by itself; null: never.</param>
/// <param name="Channel">rest-hook, websocket, email, sms or message.</param>
/// <param name="Endpoint">Null when there is none.</param>
/// <param name="Payload">The media type of what is sent along; null: nothing is.</param>
/// <param name="Headers">Lines of headers, as written.</param>
public sealed record SubscriptionDefinition(
    string Status, string Criteria, DateTimeOffset? End, string Channel, string? Endpoint, string? Payload, IReadOnlyList<string> Headers)
{
    public const string RestHook = "rest-hook";
    public const string WebSocket = "websocket";

    /// <param name="document">A Subscription that passed the structural check.</param>
    public static SubscriptionDefinition Read(ResourceDocument document)
    {
        var root = document.Root;
        var channel = root.Child("channel");
        var headers = new List<string>();
        if (channel is { } there)
            foreach (var header in there.Children("header"))
                if (header.Text is { } line) headers.Add(line);
        return new SubscriptionDefinition(
            root.TextOf("status") ?? "", root.TextOf("criteria") ?? "",
            DateTimeOffset.TryParse(root.TextOf("end"), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var end) ? end : null,
            channel?.TextOf("type") ?? "", channel?.TextOf("endpoint"), channel?.TextOf("payload"), headers);
    }
}
