using Myeloma.Fhir.Interactions.Responses;
using Myeloma.Fhir.Model.Issues;

namespace Myeloma.Fhir.Server.Negotiation;

/// <summary>The header Prefer. https://hl7.org/fhir/R4/http.html#ops, https://hl7.org/fhir/R4/search.html#lenient</summary>
/// <param name="Return">What a write gives back; null when not stated.</param>
/// <param name="IsStrict">Whether unknown search parameters are refused instead of reported.</param>
public readonly record struct Preferences(ReturnPreference? Return, bool IsStrict)
{
    /// <summary>Reads all Prefer headers; preferences that FHIR does not define are passed over, as RFC 7240 asks.</summary>
    /// <exception cref="FhirException"><c>invalid</c>: an unknown value of return or handling.</exception>
    public static Preferences Parse(Microsoft.Extensions.Primitives.StringValues headers)
    {
        ReturnPreference? wanted = null;
        var strict = false;
        foreach (var header in headers)
        {
            if (header is null) continue;
            foreach (var range in header.AsSpan().SplitAny(',', ';'))
            {
                var preference = header.AsSpan(range).Trim();
                var equals = preference.IndexOf('=');
                if (equals < 0) continue;
                var value = preference[(equals + 1)..].Trim().Trim('"');
                switch (preference[..equals].Trim())
                {
                    case "return": wanted = ReturnOf(value); break;
                    case "handling": strict = HandlingOf(value); break;
                }
            }
        }

        return new(wanted, strict);
    }

    private static ReturnPreference ReturnOf(ReadOnlySpan<char> value) => value switch
    {
        "minimal" => ReturnPreference.Minimal,
        "representation" => ReturnPreference.Representation,
        "OperationOutcome" => ReturnPreference.OperationOutcome,
        _ => throw new FhirException(Issue.Invalid($"Prefer: return is minimal, representation or OperationOutcome, not '{value}'.")),
    };

    private static bool HandlingOf(ReadOnlySpan<char> value) => value switch
    {
        "strict" => true,
        "lenient" => false,
        _ => throw new FhirException(Issue.Invalid($"Prefer: handling is strict or lenient, not '{value}'.")),
    };
}
