import SluiceTLS

/// A certificate and a key of a kind that TLS has no use for, which an authority of tests does not make.
struct OddIdentity: Sendable {
  let certificate: String
  let key: String

  /// The identity as a context takes it.
  var tls: TLSIdentity { TLSIdentity(certificates: .pem(certificate), key: .pem(key)) }

  /// DSA of 2,048 bits.
  static let dsa = OddIdentity(
    certificate: """
      -----BEGIN CERTIFICATE-----
      MIIEYzCCBBCgAwIBAgIUDqfJ/USvS5VqTd7bHhZgvMRCsg8wCwYJYIZIAWUDBAMC
      MBMxETAPBgNVBAMMCGRzYS50ZXN0MCAXDTI2MTEyNjEyMzAyN1oYDzIxMjYxMTAy
      MTIzMDI3WjATMREwDwYDVQQDDAhkc2EudGVzdDCCA0MwggI2BgcqhkjOOAQBMIIC
      KQKCAQEAzWvQBEvAOj0fWI6yENOJugpXgumIrAy/gBIEOjF6rGygzKVC9NoRZSGy
      u1UT2h4HJNJElnzC4v6WEG7vkFhpwgr+hWzKng1ND1KBM6sWTaXHPjwG64KAjln+
      hJdm1D1ur3EYJ0nmvyM47DhrpmHWc2LLMobM4YE9BvaLtGEzoELNJUR1sMTDCcC5
      b6z0t6QhWbmmXBKuRCjiGN/Db5nX3FsN7dJYtsouPLpPyh5UO7Kt6/rPcf08AhLC
      bTWTixVFMy37PRbU7EOL7ETEgVfviscE+USfKxMTNwr2Sjx6P8JZP4SlUUmE9qQe
      WpgniUkpuiBoItsDkqxbFRm+bQSS1QIdAL9yj9lv5ZAg/bBE19SPv06CCHnVyMxq
      tyh1XacCggEBAKNvta4jO7ckIjT8EULLvtcuKtDsLtpL3dWX6TcHE/YqbcX8cTUO
      Us1/svCJdSfPMqfwBszskexvZ7b1WZ7N1VVOLD9UV+lAFDKMTqWdwSNFyHqz3pIy
      /ug4Zklz5E4cqxE/7jYa8HHrfVvn34wJEJeHz970uY9qDCe+DWQXPz7yt2kd7SYR
      /bw6MZWr7LE4c0XRXruiWteQD9kYSbK98y9h2pGnhh0Tw3F8D7RqxEJhNV46VXkO
      7SDTcIHBXZEZrj8o3IiJvUmPbRFtpj4EkTCbEaEMPCF7vU6lYYHXrNveLmQkVepT
      BEL0w5BLUThIy+RV9+yArUe8FF5gRV1ccgoDggEFAAKCAQAYy1nFMhpy+x0RJMtW
      QHYMBh8BQMCQW6qlxq6/vNlWDWOl4vNRC595gkeZSbvd4/SetxrDFqFT2bvVUaDd
      Zq6fFVHeV0KRausrczeBRBSgH0NCxMpkJ2mc/GQ4Czoi30xD6nqoPXQI5PAvR9ME
      mYy9BsHhsYR1igs3HFvYYAEXIxtZ12HPJCmBaBM2skJAZptxwScyR8pb+zQTtirS
      HM1T5wsjMnd+Y+/nYtKFPRXDsV3grORIpgiOxmyXg6OozNQlSbDpbdcCOHJqZboO
      ndeZh74NE8H0PIy3uw23B+H7RZOgxOvJyCar9JCAhfn/XoA3lj78eHutwoyRRHZ1
      3CfZo1MwUTAdBgNVHQ4EFgQUjBuZGQ60arLidINo67vYcLxiwmwwHwYDVR0jBBgw
      FoAUjBuZGQ60arLidINo67vYcLxiwmwwDwYDVR0TAQH/BAUwAwEB/zALBglghkgB
      ZQMEAwIDQAAwPQIcGVZU9f9GdMTkxTh3weqIjssxDPo4EirEEuUlhwIdAInWrHId
      +2ChrrMIt5dmgQkQnGeyi4J0fP6r/Mc=
      -----END CERTIFICATE-----
      """,
    key: """
      -----BEGIN PRIVATE KEY-----
      MIICXgIBADCCAjYGByqGSM44BAEwggIpAoIBAQDNa9AES8A6PR9YjrIQ04m6CleC
      6YisDL+AEgQ6MXqsbKDMpUL02hFlIbK7VRPaHgck0kSWfMLi/pYQbu+QWGnCCv6F
      bMqeDU0PUoEzqxZNpcc+PAbrgoCOWf6El2bUPW6vcRgnSea/IzjsOGumYdZzYssy
      hszhgT0G9ou0YTOgQs0lRHWwxMMJwLlvrPS3pCFZuaZcEq5EKOIY38NvmdfcWw3t
      0li2yi48uk/KHlQ7sq3r+s9x/TwCEsJtNZOLFUUzLfs9FtTsQ4vsRMSBV++KxwT5
      RJ8rExM3CvZKPHo/wlk/hKVRSYT2pB5amCeJSSm6IGgi2wOSrFsVGb5tBJLVAh0A
      v3KP2W/lkCD9sETX1I+/ToIIedXIzGq3KHVdpwKCAQEAo2+1riM7tyQiNPwRQsu+
      1y4q0Owu2kvd1ZfpNwcT9iptxfxxNQ5SzX+y8Il1J88yp/AGzOyR7G9ntvVZns3V
      VU4sP1RX6UAUMoxOpZ3BI0XIerPekjL+6DhmSXPkThyrET/uNhrwcet9W+ffjAkQ
      l4fP3vS5j2oMJ74NZBc/PvK3aR3tJhH9vDoxlavssThzRdFeu6Ja15AP2RhJsr3z
      L2HakaeGHRPDcXwPtGrEQmE1XjpVeQ7tINNwgcFdkRmuPyjciIm9SY9tEW2mPgSR
      MJsRoQw8IXu9TqVhgdes294uZCRV6lMEQvTDkEtROEjL5FX37ICtR7wUXmBFXVxy
      CgQfAh0AtuF1jd0Xq0wG7zpeVfNLak8t+aLbCfy44OUK5g==
      -----END PRIVATE KEY-----
      """)

  /// ECDSA on secp256k1.
  static let secp256k1 = OddIdentity(
    certificate: """
      -----BEGIN CERTIFICATE-----
      MIIBgzCCASigAwIBAgIUEfbTcQD7KBv1rNARZvSVkKQKAJEwCgYIKoZIzj0EAwIw
      FzEVMBMGA1UEAwwMZXhhbXBsZS50ZXN0MCAXDTI2MTEyNjEyMzA0OVoYDzIxMjYx
      MTAyMTIzMDQ5WjAXMRUwEwYDVQQDDAxleGFtcGxlLnRlc3QwVjAQBgcqhkjOPQIB
      BgUrgQQACgNCAAR2lP1B7t+JRLh/tVrgBR265ek9UBirrjo81/vQ+NmBTaKbxlNA
      veduGO4FAAZZG5H9LQxFb2B7/r0oSHOWMltPo1MwUTAdBgNVHQ4EFgQURco2oq3g
      hjGE3W7Jv9sLLIf/+zswHwYDVR0jBBgwFoAURco2oq3ghjGE3W7Jv9sLLIf/+zsw
      DwYDVR0TAQH/BAUwAwEB/zAKBggqhkjOPQQDAgNJADBGAiEAgyAd5ELDrTkK60vH
      cNO1zV3K3RTxzYvtgVOrur246IECIQCsuZyrEhruTzNdCPgPvqdISXWDQVJheX7R
      AZVDMm7qlQ==
      -----END CERTIFICATE-----
      """,
    key: """
      -----BEGIN PRIVATE KEY-----
      MIGEAgEAMBAGByqGSM49AgEGBSuBBAAKBG0wawIBAQQgKnpcvPJwoDcBrB3eVKAz
      WOUlTdZIqIJ3NDAt6kyC+MyhRANCAAR2lP1B7t+JRLh/tVrgBR265ek9UBirrjo8
      1/vQ+NmBTaKbxlNAveduGO4FAAZZG5H9LQxFb2B7/r0oSHOWMltP
      -----END PRIVATE KEY-----
      """)

  /// ECDSA on brainpoolP256r1.
  static let brainpool = OddIdentity(
    certificate: """
      -----BEGIN CERTIFICATE-----
      MIIBhTCCASygAwIBAgIUA+/anJZ5AQBtwaxBtQ64v7IbuI0wCgYIKoZIzj0EAwIw
      FzEVMBMGA1UEAwwMZXhhbXBsZS50ZXN0MCAXDTI2MTEyNjEyMzAyN1oYDzIxMjYx
      MTAyMTIzMDI3WjAXMRUwEwYDVQQDDAxleGFtcGxlLnRlc3QwWjAUBgcqhkjOPQIB
      BgkrJAMDAggBAQcDQgAEImGBt7EYzJjvMW0KanBnyH1liuPGcWcQgyIEcPLsr+gl
      Cu/fk6Xh8dcWJADuvfRfR1C/8Vm7WmWTXGg1BtuTn6NTMFEwHQYDVR0OBBYEFBGf
      g84Wgp22tG1QQrdZyeMBN6OKMB8GA1UdIwQYMBaAFBGfg84Wgp22tG1QQrdZyeMB
      N6OKMA8GA1UdEwEB/wQFMAMBAf8wCgYIKoZIzj0EAwIDRwAwRAIgI6m4vXpakdGG
      J9DbYAo71IcRtg259TfjTciSvX4+lGQCIBDFaNh4BTIkByQpx+RKDZ0s5lc5qccN
      Ip4hdOeNZDGl
      -----END CERTIFICATE-----
      """,
    key: """
      -----BEGIN PRIVATE KEY-----
      MIGIAgEAMBQGByqGSM49AgEGCSskAwMCCAEBBwRtMGsCAQEEIDeRPyqWf7TO6jrD
      kRuNN/qLNnf5A43QFvEgIREUWv6UoUQDQgAEImGBt7EYzJjvMW0KanBnyH1liuPG
      cWcQgyIEcPLsr+glCu/fk6Xh8dcWJADuvfRfR1C/8Vm7WmWTXGg1BtuTnw==
      -----END PRIVATE KEY-----
      """)
}
