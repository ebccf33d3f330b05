using Myeloma.Fhir.Interactions;
using Myeloma.Fhir.Interactions.Responses;
using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Model.Issues;
using Myeloma.Fhir.Model.Json;
using Myeloma.Fhir.Model.Xml;

namespace Myeloma.Fhir.Server.Results;

/// <summary>An answer's resource as XML. https://hl7.org/fhir/R4/xml.html</summary>
internal static class XmlContent
{
    /// <summary>What this server wrote itself is bounded by what it was made of: bodies within their limits, in pages within theirs.</summary>
    private static readonly ParseLimits Unbounded = ParseLimits.Default with { MaxBytes = int.MaxValue, MaxDepth = 1000, MaxNodes = int.MaxValue, MaxStringBytes = int.MaxValue };

    /// <exception cref="FhirException"><c>not-supported</c> (406): it holds what XML has no form for; each place is named.</exception>
    public static ReadOnlyMemory<byte> Of(ResponseContent content, bool isPretty)
    {
        var json = content is OutcomeContent outcome ? new OutcomeContent([.. outcome.Issues.Select(Writable)]).ToJson() : content.ToJson();
        try
        {
            return XmlWriting.ToXml(ResourceDocument.Parse(json, limits: Unbounded), isPretty);
        }
        catch (FhirException fault)
        {
            throw new FhirException([.. fault.Issues.Select(issue =>
                Issue.NotSupported($"This can't be written as XML; ask for application/fhir+json. {issue.Diagnostics}", issue.Expression) with { MessageId = OutcomeStatus.NotAcceptable })]);
        }
    }

    /// <summary>Diagnostics quote what was sent, even characters that XML can't hold: those are shown as U+FFFD.</summary>
    private static Issue Writable(Issue issue) => issue with { Diagnostics = Writable(issue.Diagnostics), Expression = issue.Expression is null ? null : Writable(issue.Expression) };

    private static string Writable(string text)
    {
        if (!text.AsSpan().ContainsAnyInRange('\0', '\u001F') && !text.AsSpan().ContainsAny('\uFFFE', '\uFFFF')) return text;
        return string.Create(text.Length, text, static (target, source) =>
        {
            for (var i = 0; i < source.Length; i++)
                target[i] = source[i] is (< ' ' and not ('\t' or '\n' or '\r')) or '\uFFFE' or '\uFFFF' ? '\uFFFD' : source[i];
        });
    }
}
