using Myeloma.Fhir.Interactions.Responses;

namespace Myeloma.Fhir.Server.Negotiation;

/// <summary>The header Prefer. https://hl7.org/fhir/R4/http.html#ops, https://hl7.org/fhir/R4/search.html#lenient</summary>
/// <param name="Return">What a write gives back; null when not stated.</param>
/// <param name="IsStrict">Whether unknown search parameters are refused instead of reported.</param>
/// <param name="IsAsync">Whether the answer may come later.</param>
/// <param name="IsLenient">Whether the client says in so many words that what is not offered is to be passed over.</param>
public readonly record struct Preferences(ReturnPreference? Return, bool IsStrict, bool IsAsync = false, bool IsLenient = false)
{
    /// <summary>Reads all Prefer headers; preferences and values that FHIR does not define are passed over, as RFC 7240 asks: clients in wide use send some.</summary>
    public static Preferences Parse(Microsoft.Extensions.Primitives.StringValues headers)
    {
        ReturnPreference? wanted = null;
        var strict = false;
        var (isAsync, isLenient) = (false, false);
        foreach (var header in headers)
        {
            if (header is null) continue;
            foreach (var range in header.AsSpan().SplitAny(',', ';'))
            {
                var preference = header.AsSpan(range).Trim();
                var equals = preference.IndexOf('=');
                if (equals < 0)
                {
                    isAsync |= preference is "respond-async";
                    continue;
                }

                var value = preference[(equals + 1)..].Trim().Trim('"');
                switch (preference[..equals].Trim())
                {
                    case "return": wanted = ReturnOf(value) ?? wanted; break;
                    case "handling":
                        isLenient = value is "lenient" || (isLenient && value is not "strict");
                        strict = value is "strict" || (strict && value is not "lenient");
                        break;
                }
            }
        }

        return new(wanted, strict, isAsync, isLenient);
    }

    /// <summary>The value of <c>return</c> that asks for this.</summary>
    public static string NameOf(ReturnPreference wanted) => wanted switch
    {
        ReturnPreference.Minimal => "minimal",
        ReturnPreference.Representation => "representation",
        _ => "OperationOutcome",
    };

    private static ReturnPreference? ReturnOf(ReadOnlySpan<char> value) => value switch
    {
        "minimal" => ReturnPreference.Minimal,
        "representation" => ReturnPreference.Representation,
        "OperationOutcome" => ReturnPreference.OperationOutcome,
        _ => null,
    };
}
