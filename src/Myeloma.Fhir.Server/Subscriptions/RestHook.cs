using System.Net.Http.Headers;
using System.Reflection;
using Myeloma.Fhir.Interactions.Subscriptions;
using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Model.Xml;
using Myeloma.Fhir.Store;
using Myeloma.Fhir.Store.Subscriptions;

namespace Myeloma.Fhir.Server.Subscriptions;

/// <summary>Why a notification was not delivered.</summary>
/// <param name="IsFinal">Whether another try would come to the same.</param>
internal sealed record HookFailure(string Words, bool IsFinal = false);

/// <summary>Sends notifications to endpoints: POST without a body, or the resource by PUT below the endpoint.</summary>
/// <remarks>
/// https://hl7.org/fhir/R4/valueset-subscription-channel-type.html: with a payload the endpoint counts as the base of a FHIR service, and an update is made. What an endpoint answers in its body is
/// never read: who subscribes learns the status only.
/// </remarks>
internal sealed class RestHook(SubscriptionOptions options) : IDisposable
{
    private static readonly ProductInfoHeaderValue Agent = new(
        "Myeloma.Fhir", typeof(RestHook).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "0");

    private readonly EndpointRules endpoints = new(options);
    private readonly HttpClient client = new(new GuardedConnection(new AddressRules(options.AllowedNetworks)).NewHandler(options.Timeout)) { Timeout = Timeout.InfiniteTimeSpan };

    /// <summary>Delivers one notification.</summary>
    /// <returns>Null when the endpoint took it.</returns>
    public async Task<HookFailure?> SendAsync(SubscriptionDefinition definition, PendingNotification notification, CancellationToken cancellationToken)
    {
        // The settings may be others than those it was taken up by.
        if (endpoints.Refuse(definition.Endpoint) is { } refused) return new HookFailure(refused, IsFinal: true);

        // A version that was taken away for good is nobody's news any more.
        if (notification.Version is not { } version) return null;
        if (definition.Payload is not null && notification.Size > options.MaxPayloadBytes)
            return new HookFailure(FormattableString.Invariant($"{version.Key} has {notification.Size:N0} bytes, more than the {options.MaxPayloadBytes:N0} that are sent along (setting Fhir:Subscriptions:MaxPayloadBytes)."), IsFinal: true);

        using var request = RequestOf(definition, version);
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timeout.CancelAfter(options.Timeout);
        try
        {
            using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, timeout.Token);
            var status = (int)response.StatusCode;
            if (response.IsSuccessStatusCode) return null;
            return new HookFailure(status is >= 300 and < 400 ? $"The endpoint answered {status}; redirects are not followed." : $"The endpoint answered {status}.");
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return new HookFailure(FormattableString.Invariant($"The endpoint did not answer within {options.Timeout.TotalSeconds:0} s."));
        }
        catch (HttpRequestException fault)
        {
            return new HookFailure(fault.InnerException is AddressRefusedException address ? address.Message : $"The endpoint can't be reached: {WordsOf(fault.HttpRequestError)}.");
        }
    }

    public void Dispose() => client.Dispose();

    private static HttpRequestMessage RequestOf(SubscriptionDefinition definition, ResourceVersion version)
    {
        var endpoint = new Uri(definition.Endpoint!);
        var request = definition.Payload is null
            ? new HttpRequestMessage(HttpMethod.Post, endpoint) { Content = new ByteArrayContent([]) }
            : new HttpRequestMessage(HttpMethod.Put, Below(endpoint, version.Key)) { Content = Payload(definition.Payload, version) };
        request.Headers.UserAgent.Add(Agent);
        foreach (var line in definition.Headers)
            if (EndpointRules.TrySplit(line, out var name, out var value)) request.Headers.TryAddWithoutValidation(name, value);
        return request;
    }

    private static Uri Below(Uri endpoint, ResourceKey key)
    {
        var url = new UriBuilder(endpoint);
        url.Path = $"{url.Path.TrimEnd('/')}/{key}";
        return url.Uri;
    }

    private static ByteArrayContent Payload(string mediaType, ResourceVersion version)
    {
        var bytes = mediaType == "application/fhir+xml" ? XmlWriting.ToXml(ResourceDocument.Parse(version.Body)) : version.Body.ToArray();
        return new ByteArrayContent(bytes) { Headers = { ContentType = new MediaTypeHeaderValue(mediaType, "utf-8") } };
    }

    private static string WordsOf(HttpRequestError error) => error switch
    {
        HttpRequestError.NameResolutionError => "its name is not known",
        HttpRequestError.SecureConnectionError => "TLS could not be agreed on",
        HttpRequestError.ConnectionError => "no connection",
        _ => "the answer broke off or is no HTTP",
    };
}
